/**
 * What Amazon's words are for the books; the first row that fits decides. Descriptions come before
 * types, because files carry the same description under different ones (withheld tax under ItemFees,
 * a fee of a shipment under `Shipment-Fees`).
 */
import type { ClassRule, SettlementClass } from '../../../canonical/ports/settlement';

const described = (to: SettlementClass, ...descriptions: readonly string[]): ClassRule[] =>
  descriptions.map((description) => ({ when: { description }, class: to }));
const typed = (to: SettlementClass, ...types: readonly string[]): ClassRule[] =>
  types.map((type) => ({ when: { type }, class: to }));
const transacted = (to: SettlementClass, ...transactions: readonly string[]): ClassRule[] =>
  transactions.map((transaction) => ({ when: { transaction }, class: to }));

const FACILITATOR_PARTS = ['Principal', 'Shipping', 'Giftwrap', 'RestockingFee', 'Other'];
const SOLD = ['Principal', 'GiftWrap', 'ExportCharge', 'COD'];

/** What is given back to a buyer, by whoever decided it. */
const givenBack = (transaction: string, to: SettlementClass): ClassRule[] =>
  [...SOLD, 'Shipping', 'Goodwill', 'RestockingFee'].map((description) => ({
    when: { transaction, type: 'ItemPrice', description },
    class: to,
  }));

export const AMAZON_CLASSES: readonly ClassRule[] = [
  // Taxes that Amazon charges or gives back after the sale.
  ...transacted('retro-charge', 'Order_Retrocharge', 'Refund_Retrocharge'),
  ...described('reserve-held', 'Current Reserve Amount'),
  ...described('reserve-released', 'Previous Reserve Amount Balance'),
  ...FACILITATOR_PARTS.flatMap((part) =>
    described(
      'facilitator-tax',
      `MarketplaceFacilitatorTax-${part}`,
      `MarketplaceFacilitatorVAT-${part}`,
      `LowValueGoodsTax-${part}`,
    ),
  ),
  ...described('facilitator-tax', 'TDS (Section 194-O)', 'TCS-IGST', 'TCS-CGST', 'TCS-SGST'),
  ...described('sale-tax', 'Tax', 'ShippingTax', 'GiftWrapTax'),
  ...givenBack('Refund', 'refund'),
  ...givenBack('A-to-z Guarantee Refund', 'refund'),
  ...givenBack('Chargeback Refund', 'dispute-opened'),
  { when: { type: 'ItemPrice', description: 'Goodwill' }, class: 'refund' },
  ...SOLD.map((description): ClassRule => ({
    when: { type: 'ItemPrice', description },
    class: 'sale',
  })),
  { when: { type: 'ItemPrice', description: 'Shipping' }, class: 'shipping' },
  { when: { transaction: 'Liquidations', description: 'Principal' }, class: 'sale' },
  ...typed('promotion', 'Promotion'),

  // Kept of what is given back on a refund: negative, and a commission.
  ...described('commission', 'RefundCommission'),
  ...feeOf(
    'commission',
    'Commission',
    'ShippingHB',
    'FixedClosingFee',
    'VariableClosingFee',
    'HighVolumeListingFee',
  ),
  ...feeOf(
    'fulfilment-fee',
    'FBAPerUnitFulfillmentFee',
    'FBAPerOrderFulfillmentFee',
    'FBAWeightBasedFee',
    'FBATransportationFee',
    'FBACustomerReturnPerUnitFee',
    'FBACustomerReturnPerOrderFee',
    'FBACustomerReturnWeightBasedFee',
    'FBAInboundTransportationFee',
    'FBAInboundPlacementServiceFee',
    'ShippingChargeback',
    'GiftwrapChargeback',
    'LowInventoryLevelFee',
    'RemovalComplete',
    'DisposalComplete',
  ),
  ...described(
    'label-fee',
    'Shipping label purchase',
    'Shipping label purchase for return',
    'Adjustment of Shipping Services',
    'ReturnPostageBilling_Postage',
    'ReturnPostageBilling_FuelSurcharge',
    'ReturnPostageBilling_DeliveryArea',
  ),
  ...described(
    'storage-fee',
    'Storage Fee',
    'FBA storage fee',
    'FBAStorageFee',
    'FBALongTermStorageFee',
    'StorageRenewalBilling',
    'StorageBilling',
  ),
  ...described('subscription-fee', 'Subscription Fee'),
  ...described(
    'other-fee',
    'DigitalServicesFee',
    'DigitalServicesFeeFBA',
    'SalesTaxServiceFee',
    'LiquidationsBrokerageFee',
  ),
  ...described('reimbursement', 'Refund Reimbursal', 'SAFE-T reimbursement'),
  ...described('payout-failed', 'FailedDisbursement'),
  ...described('transfer', 'Payable to Amazon', 'Successful charge'),
  ...described('adjustment', 'BalanceAdjustment', 'NonSubscriptionFeeAdj'),

  // A description that no row above names: what its type says of it.
  ...typed('facilitator-tax', 'ItemWithheldTax'),
  ...typed('advertising-fee', 'Cost of Advertising', 'Refund for Advertiser'),
  ...typed('advertising-fee', 'CouponRedemptionFee', 'LightningDealFee', 'Vine Enrollment Fee'),
  ...transacted('advertising-fee', 'CouponRedemptionFee', 'Lightning Deal Fee'),
  ...transacted('advertising-fee', 'Vine Enrollment Fee'),
  ...typed('reimbursement', 'FBA Inventory Reimbursement'),
  ...typed('fulfilment-fee', 'ShipmentFees', 'Shipment-Fees'),
  ...typed('adjustment', 'Item Fee Adjustment'),
  ...transacted('adjustment', 'Fee Adjustment'),
  { when: { type: 'ItemFees', sign: 'positive' }, class: 'fee-returned' },
  ...typed('other-fee', 'ItemFees'),
];

/** A fee; above zero it is given back. */
function feeOf(to: SettlementClass, ...descriptions: readonly string[]): ClassRule[] {
  return descriptions.flatMap((description): ClassRule[] => [
    { when: { description, sign: 'positive' }, class: 'fee-returned' },
    { when: { description }, class: to },
  ]);
}
