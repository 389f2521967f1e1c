/** What a tender is, whatever its gateway is called. */
export const TENDER_KINDS = [
  'card',
  'gift-card',
  'store-credit',
  'account',
  'cash',
  'marketplace',
] as const;
export type TenderKind = (typeof TENDER_KINDS)[number];
