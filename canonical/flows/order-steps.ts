/** The steps of an order that call another system, each declared once. */
import { formatMoney } from '../rules/money/money';
import type {
  AuthorizeDue,
  CaptureDue,
  MoneyStep,
  OrderFlowInput,
  RecallDue,
  RefundDue,
  ReleaseDue,
  VoidDue,
} from './order';
import { blocked, type ResolutionTable, type StepKind } from './step';

/** What a resolution can do to an order; `moments/order/resolutions.ts` does it. */
export type OrderAction =
  | 'authorizeAnew'
  | 'captureAgain'
  | 'giveUpCapture'
  | 'voidAgain'
  | 'voidedByHand'
  | 'refundAgain'
  | 'giveUpRefund'
  | 'releaseAgain'
  | 'giveUpOrder'
  | 'giveUpRejected';

export type OrderStep = MoneyStep | ({ readonly step: 'release' } & ReleaseDue);

interface OrderStepKind<Due extends { readonly key: string }, Name extends string> extends StepKind<
  Due & { readonly step: Name },
  OrderFlowInput
> {
  readonly resolutions: ResolutionTable<OrderAction>;
}

/** The queue of whoever moves a tender's money. */
export const moneyQueue = (
  { account }: { readonly account: string },
  { moneyMode }: Pick<OrderFlowInput, 'moneyMode'>,
) => `${moneyMode === 'channel' ? 'commerce' : 'payment'}.${account}`;
const warehouseQueue = ({ account }: { readonly account: string }) => `wms.${account}`;
const units = (count: number) => (count === 1 ? '1 unit' : `${count} units`);
const money = (due: { readonly amountMinor: number; readonly currency: string }) =>
  formatMoney(due.amountMinor, due.currency);

/** In the place of a capture's invoice: what was paid back in advance, and never came. */
export const CHARGED_AGAIN = 0;

/** What a capture pays for, for a person. */
export const captureSubject = (invoiceNo: number): string => {
  if (invoiceNo === CHARGED_AGAIN) return 'for goods that were paid back and never came';
  return invoiceNo < 0 ? 'for what lies ready in its store' : `for invoice ${invoiceNo}`;
};

export const blocksAuthorization = (tenderNo: number) => blocked('authorize', { tenderNo });
export const blocksRelease = (groupNo: number) => blocked('release', { groupNo });
/** Tender 0: what no tender covers. */
export const blocksCapture = (tenderNo: number, invoiceNo: number) =>
  blocked('capture', { tenderNo, invoiceNo });
export const blocksVoid = (tenderNo: number, authorizationNo: number) =>
  blocked('void', { tenderNo, authorizationNo });
export const blocksRefund = (tenderNo: number, refundNo: number) =>
  blocked('refund', { tenderNo, refundNo });

/** What names a refund that somebody made where the money is; it holds up nothing. */
export const blocksOutside = (tenderNo: number, refundNo: number): string =>
  `outside-refund:${tenderNo}:${refundNo}`;

const authorize: OrderStepKind<AuthorizeDue, 'authorize'> = {
  name: 'authorize',
  activity: 'authorizePayment',
  blocks: ({ tenderNo }) => blocksAuthorization(tenderNo),
  queue: moneyQueue,
  summary: (due) => `Authorize ${money(due)} at ${due.account} (tender ${due.tenderNo})`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: true,
  resolutions: {
    'payment.declined': { retry: 'authorizeAnew', abandon: 'giveUpOrder' },
    'payment.needs-buyer': { retry: 'authorizeAnew', abandon: 'giveUpOrder' },
    'payment.unconfirmed': { retry: 'authorizeAnew', abandon: 'giveUpOrder' },
  },
};

const release: OrderStepKind<ReleaseDue, 'release'> = {
  name: 'release',
  activity: 'releaseToWarehouse',
  blocks: ({ groupNo }) => blocksRelease(groupNo),
  queue: warehouseQueue,
  summary: (due) => `Release ${units(due.units)} at ${due.location} to ${due.account}`,
  unavailable: 'fulfilment.unavailable',
  waitsForDecisions: true,
  resolutions: { 'fulfilment.rejected': { retry: 'releaseAgain', abandon: 'giveUpRejected' } },
};

const capture: OrderStepKind<CaptureDue, 'capture'> = {
  name: 'capture',
  activity: 'captureShipment',
  blocks: ({ tenderNo, invoiceNo }) => blocksCapture(tenderNo, invoiceNo),
  queue: moneyQueue,
  summary: (due) => `Capture ${money(due)} ${captureSubject(due.invoiceNo)} at ${due.account}`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: {
    'payment.capture-failed': {
      retry: 'captureAgain',
      override: 'giveUpCapture',
      abandon: 'giveUpCapture',
    },
  },
};

const voidAuthorization: OrderStepKind<VoidDue, 'void'> = {
  name: 'void',
  activity: 'voidAuthorization',
  blocks: ({ tenderNo, authorizationNo }) => blocksVoid(tenderNo, authorizationNo),
  queue: moneyQueue,
  summary: (due) =>
    `Void the authorization of ${money(due)} at ${due.account} (tender ${due.tenderNo})`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: { 'payment.void-failed': { retry: 'voidAgain', override: 'voidedByHand' } },
};

const refund: OrderStepKind<RefundDue, 'refund'> = {
  name: 'refund',
  activity: 'refundPayment',
  blocks: ({ tenderNo, refundNo }) => blocksRefund(tenderNo, refundNo),
  queue: moneyQueue,
  summary: (due) => `Refund ${money(due)} at ${due.account} (refund ${due.refundNo})`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: { 'refund.failed': { retry: 'refundAgain', override: 'giveUpRefund' } },
};

/** Asked for by a cancel, between its plan and what it writes. */
const recall: OrderStepKind<RecallDue, 'recall'> = {
  name: 'recall',
  activity: 'recallFromWarehouse',
  blocks: ({ groupNo }) => blocked('recall', { groupNo }),
  queue: warehouseQueue,
  summary: (due) =>
    `Recall ${units(due.lines.reduce((sum, line) => sum + line.quantity, 0))} from ${due.account}`,
  unavailable: 'fulfilment.unavailable',
  waitsForDecisions: false,
  resolutions: {},
};

/** In the order in which they come due for an order that goes well. */
export const ORDER_STEPS = {
  authorize,
  release,
  capture,
  void: voidAuthorization,
  refund,
  recall,
} as const;

/** Goods that a warehouse has and has not shipped in time: a wait without a call. */
export const SHIPPED_IN_TIME = blocked('ship', { groupNo: 1 });
/** What an order waits for before it is accepted. */
export const ACCEPTANCE = blocked('accept');
/** Nobody's work any more once nothing is to go out. */
export const OUTGOING_STEPS = [authorize.name, release.name, SHIPPED_IN_TIME.step];
