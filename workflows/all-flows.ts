/** Every workflow type a worker of ours runs: what the bundle is made of. */
export { escalation } from './escalation/escalation';
export { orderToCash } from './order/order-to-cash';
export { storePickup } from './pickup/store-pickup';
export { periodClose } from './period-close/period-close';
export { posting } from './posting/posting';
export { publishing } from './publishing/publishing';
export { reconciliation } from './reconciliation/reconciliation';
export { returnToRefund } from './return/return-to-refund';
export { settlement } from './settlement/settlement';
export { settlementReports } from './settlement-reports/settlement-reports';
export { watchdog } from './watchdog/watchdog';
