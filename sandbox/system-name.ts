/** The outside systems that have a stand-in here. */
export type SystemName = 'commerce' | 'payment' | 'tax' | 'wms' | 'erp' | 'notification';
