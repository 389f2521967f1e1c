/** The steps of a return: its refunds are calls; the others are waits for a person. */
import { formatMoney } from '../rules/money/money';
import type {
  ReturnAuthorizeDue,
  ReturnCaptureDue,
  ReturnChargeDue,
  ReturnFlowInput,
  ReturnRefundDue,
} from './return';
import {
  blocksAuthorization,
  blocksCapture,
  blocksRefund,
  CHARGED_AGAIN,
  moneyQueue,
} from './order-steps';
import { blocked, type ResolutionTable, type StepKind } from './step';

/** What a resolution does to a return; `moments/return/resolutions.ts` does it. */
export type ReturnAction =
  | 'allow'
  | 'disallow'
  | 'payBack'
  | 'refuse'
  | 'acceptAgain'
  | 'refundAgain'
  | 'giveUpRefund'
  | 'refundInstead'
  | 'sentBack'
  | 'waitLonger'
  | 'chargeAgain'
  | 'authorizeAnew'
  | 'captureAgain'
  | 'leaveReceivable'
  | 'giveUpCharge'
  | 'writeOff';

interface ReturnStepKind<
  Due extends { readonly step: string; readonly key: string },
> extends StepKind<Due, ReturnFlowInput> {
  readonly resolutions: ResolutionTable<ReturnAction>;
}

/** What was inspected is taken back and owed for. */
export const blocksAcceptance = (inspectionNo: number) => blocked('accept', { inspectionNo });

/** What was paid back in advance, and is not here. */
export const blocksArrival = () => blocked('arrive');
/** The order that an exchange is. */
export const blocksExchange = () => blocked('exchange');
/** The return itself, where the policy says no. */
export const blocksReturn = () => blocked('approve');

const refund: ReturnStepKind<ReturnRefundDue> = {
  name: 'refund',
  activity: 'refundReturn',
  blocks: ({ tenderNo, refundNo }) => blocksRefund(tenderNo, refundNo),
  queue: moneyQueue,
  summary: (due) =>
    `Refund ${formatMoney(due.amountMinor, due.currency)} at ${due.account} (refund ${due.refundNo})`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: { 'refund.failed': { retry: 'refundAgain', override: 'giveUpRefund' } },
};

/** What a person decides on for a charge that is not made. */
export const blocksCharge = (due: ReturnChargeDue) =>
  due.step === 'authorize'
    ? blocksAuthorization(due.tenderNo)
    : blocksCapture(due.tenderNo, CHARGED_AGAIN);

const authorize: ReturnStepKind<ReturnAuthorizeDue> = {
  name: 'authorize',
  activity: 'authorizeChargeAgain',
  blocks: blocksCharge,
  queue: moneyQueue,
  summary: (due) =>
    `Authorize ${formatMoney(due.amountMinor, due.currency)} again at ${due.account}: paid back in advance, and nothing came`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: {
    'payment.declined': { retry: 'authorizeAnew', abandon: 'leaveReceivable' },
    'payment.needs-buyer': { retry: 'authorizeAnew', abandon: 'leaveReceivable' },
  },
};

const capture: ReturnStepKind<ReturnCaptureDue> = {
  name: 'capture',
  activity: 'captureChargeAgain',
  blocks: blocksCharge,
  queue: moneyQueue,
  summary: (due) =>
    `Charge ${formatMoney(due.amountMinor, due.currency)} again at ${due.account}: paid back in advance, and nothing came`,
  unavailable: 'payment.unavailable',
  waitsForDecisions: false,
  resolutions: {
    'payment.capture-failed': {
      retry: 'captureAgain',
      override: 'giveUpCharge',
      abandon: 'giveUpCharge',
    },
  },
};

export const RETURN_STEPS = { refund, authorize, capture } as const;

/** By step; those that call nobody wait for what they lack, or for a person. */
export const RETURN_RESOLUTION_TABLES: Readonly<
  Record<string, { readonly resolutions: ResolutionTable<ReturnAction> }>
> = {
  ...RETURN_STEPS,
  approve: { resolutions: { 'return.to-approve': { override: 'allow', abandon: 'disallow' } } },
  exchange: { resolutions: { 'return.exchange-refused': { override: 'refundInstead' } } },
  arrive: {
    resolutions: {
      'return.not-received': {
        retry: 'waitLonger',
        override: 'writeOff',
        abandon: 'chargeAgain',
      },
    },
  },
  accept: {
    resolutions: {
      'refund.to-approve': { override: 'payBack', abandon: 'refuse' },
      'return.not-invoiced': { retry: 'acceptAgain' },
      'refund.not-captured': { retry: 'acceptAgain' },
      'return.to-send-back': { override: 'sentBack' },
    },
  },
};
