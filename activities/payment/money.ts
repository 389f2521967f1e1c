/**
 * Money moved for an order, by its processor or by the channel in its stead: each one effect under
 * its key, and the moment that records it.
 */
import type { Refused } from '../../canonical/ports/fault';
import {
  UNCONFIRMED,
  type Authorized,
  type Captured,
  type MoneyMover,
  type PaymentGateway,
} from '../../canonical/ports/payment';
import type { EffectAnswer, MoneyEffects, RefundDue } from '../../canonical/flows/order';
import type {
  ReturnChargeEffects,
  ReturnEffectAnswer,
  ReturnEffects,
} from '../../canonical/flows/return';
import type { CaptureRequest, RefundRequest, Refunded } from '../../canonical/ports/payment';
import type { Database } from '../../store/database';
import {
  prepareAuthorization,
  recordAuthorization,
  type PromiseRequest,
} from '../../moments/money/authorize';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { prepareVoid, recordVoid } from '../../moments/money/void';
import { countFound } from '../../moments/money/outside-refund';
import { readAgenda } from '../../moments/order/order-flow';
import { returnFlow } from '../../moments/return/return-flow';
import { performEffect } from '../effect';
import { unwanted } from '../still-due';

export interface MoneyActivitiesSettings {
  readonly db: Database;
  /** The account that moves the money: `stripe-us`, `shopify-us`. */
  readonly account: string;
  readonly mover: MoneyMover;
  /** A channel's mover has no keys of ours: what is not found is looked for twice. */
  readonly hasKeys: boolean;
}

export function createMoneyActivities(
  settings: MoneyActivitiesSettings,
): Omit<MoneyEffects, 'authorizePayment'> & ReturnEffects {
  const { db, account, mover, hasKeys } = settings;
  const common = { system: account, looksTwice: !hasKeys };
  /** Somebody gave it back where the money is, and nobody told of it yet. */
  const madeBefore =
    <Result>(due: RefundDue, told: () => Promise<Result>) =>
    async (request: RefundRequest) => {
      const found = await mover.otherRefunds(request);
      if (found.length === 0) return null;
      return async () => {
        await countFound(db, due, found);
        return told();
      };
    };
  return {
    captureShipment: (due) =>
      performEffect(db, {
        ...effectOf(due),
        ...common,
        verb: 'capture',
        prepare: () => prepareCapture(due),
        find: (request) => mover.findCapture(request),
        call: (request) => mover.capture(request),
        record: (answer, begun) => recordCapture(db, due, answer, begun),
      }),
    voidAuthorization: (due) =>
      performEffect(db, {
        ...effectOf(due),
        ...common,
        verb: 'void',
        prepare: () => prepareVoid(due),
        find: (request) => mover.findVoid(request),
        call: (request) => mover.void(request),
        record: (answer, begun) => recordVoid(db, due, answer, begun),
      }),
    refundPayment: (due) =>
      performEffect(db, {
        ...effectOf(due),
        ...common,
        verb: 'refund',
        prepare: () => prepareRefund(due),
        before: madeBefore(due, async () => agendaNow(await readAgenda(db, due))),
        find: (request) => mover.findRefund(request),
        call: (request) => mover.refund(request),
        record: (answer, begun) => recordRefund(db, due, answer, begun),
      }),
    refundReturn: (due) =>
      performEffect<RefundRequest, Refunded | Refused, ReturnEffectAnswer>(db, {
        ...effectOf(due),
        ...common,
        unwanted: () => null,
        verb: 'refund',
        prepare: () => prepareRefund(due),
        before: madeBefore(due, async () => agendaNow(await returnFlow.readAgenda(db, due))),
        find: (request) => mover.findRefund(request),
        call: (request) => mover.refund(request),
        record: async (answer, begun) =>
          ofReturn(db, due, await recordRefund(db, due, answer, begun)),
      }),
  };
}

const agendaNow = <Agenda>(agenda: Agenda) => ({ outcome: 'not-called' as const, agenda });

/** Of an order that may have ended long ago: what is due next is the return's. */
async function ofReturn(
  db: Database,
  due: { readonly rma: string },
  { outcome }: EffectAnswer,
): Promise<ReturnEffectAnswer> {
  return { outcome, agenda: await returnFlow.readAgenda(db, due) };
}

type Promised = Authorized | Captured | Refused;

const NOT_OFFERED: Refused = {
  outcome: 'refused',
  vendorCode: 'not_offered',
  detail: 'the channel authorizes by itself',
};

/** Null where nothing is claimed. A payment that another order has is not this one's. */
function confirm(mover: MoneyMover, request: PromiseRequest): Promise<Promised> | null {
  const { claim } = request;
  if (claim === null) return null;
  const unconfirmed: Refused = {
    outcome: 'refused',
    vendorCode: UNCONFIRMED,
    detail: 'no such payment of this order is there',
  };
  if (claim.isElsewhere) return Promise.resolve(unconfirmed);
  return mover.findClaimed({ ...request, claim }).then((found) => found ?? unconfirmed);
}

/**
 * Where the channel authorizes: nothing of ours can, so an authorization that is asked of it is a
 * definite no that a person decides on, not a call that never ends.
 */
export function createChannelMoneyActivities(
  settings: Omit<MoneyActivitiesSettings, 'hasKeys'>,
): MoneyEffects & ReturnEffects {
  const { db, account } = settings;
  return {
    ...createMoneyActivities({ ...settings, hasKeys: false }),
    authorizePayment: (due) =>
      performEffect<PromiseRequest, Promised, EffectAnswer>(db, {
        ...effectOf(due),
        system: account,
        verb: 'authorize',
        prepare: () => prepareAuthorization(due),
        call: (request) => confirm(settings.mover, request) ?? Promise.resolve(NOT_OFFERED),
        record: (answer, begun) => recordAuthorization(db, due, answer, begun),
      }),
  };
}

/** Where we authorize ourselves. */
export function createPaymentActivities(settings: {
  readonly db: Database;
  readonly account: string;
  readonly gateway: PaymentGateway;
}): MoneyEffects & ReturnEffects & ReturnChargeEffects {
  const { db, account, gateway } = settings;
  return {
    ...createMoneyActivities({ db, account, mover: gateway, hasKeys: true }),
    authorizeChargeAgain: (due) =>
      performEffect<PromiseRequest, Promised, ReturnEffectAnswer>(db, {
        ...effectOf(due),
        system: account,
        unwanted: () => null,
        verb: 'authorize',
        prepare: () => prepareAuthorization(due),
        find: (request) => gateway.findAuthorization(request),
        call: (request) => gateway.authorize(request),
        record: async (answer, begun) =>
          ofReturn(db, due, await recordAuthorization(db, due, answer, begun)),
      }),
    captureChargeAgain: (due) =>
      performEffect<CaptureRequest, Captured | Refused, ReturnEffectAnswer>(db, {
        ...effectOf(due),
        system: account,
        unwanted: () => null,
        verb: 'capture',
        prepare: () => prepareCapture(due),
        find: (request) => gateway.findCapture(request),
        call: (request) => gateway.capture(request),
        record: async (answer, begun) =>
          ofReturn(db, due, await recordCapture(db, due, answer, begun)),
      }),
    authorizePayment: (due) =>
      performEffect<PromiseRequest, Promised, EffectAnswer>(db, {
        ...effectOf(due),
        system: account,
        verb: 'authorize',
        prepare: () => prepareAuthorization(due),
        find: async (request) => (request.claim ? null : gateway.findAuthorization(request)),
        call: (request) => confirm(gateway, request) ?? gateway.authorize(request),
        record: (answer, begun) => recordAuthorization(db, due, answer, begun),
      }),
  };
}

function effectOf(due: {
  readonly key: string;
  readonly orderId: string;
  readonly amountMinor: number;
  readonly currency: string;
}) {
  const { key, orderId, amountMinor, currency } = due;
  return { key, orderId, amountMinor, currency, unwanted: unwanted(key) };
}
