/* eslint-disable max-lines -- one model of one order: it is read as a whole */
/**
 * A small in-memory order desk: the moments and effects of one order, on the same rules as the
 * store's (`agendaOf`, `planCaptures`), so that flow tests run against behaviour, not against
 * canned answers. Vendors behave as they are told to, call by call.
 */
import { ApplicationFailure } from '@temporalio/common';
import { agendaOf } from '../../canonical/rules/order/agenda';
import { effectKey, stepName } from '../../canonical/rules/order/effect-keys';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { planCaptures } from '../../canonical/rules/money/capture';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { EXCEPTION_RULES, ownerOf, type Resolution } from '../../canonical/schema/exception';
import type {
  AcceptOutcome,
  Applied,
  CancelDecision,
  CancelResult,
  EffectAnswer,
  MoneyEffects,
  OrderAgenda,
  OrderFlowInput,
  OrderMoments,
  WarehouseEffects,
} from '../../canonical/flows/order';

type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
type Snapshot = Writable<OrderSnapshot>;
type LineOf = Snapshot['lines'][number];

/**
 * How a vendor behaves at its next call of a verb: down is thrown, refused is an answer, slow is
 * made when the test says so, lost is made and its answer never comes.
 */
export type Behaviour = 'ok' | 'refused' | 'down' | 'slow' | 'lost';
export type Verb = keyof MoneyEffects | keyof WarehouseEffects;

export interface ModelSettings {
  readonly moneyMode: 'psp' | 'channel';
  /** Units of each line; a unit costs 10.00. */
  readonly lines: readonly number[];
  readonly waitsFor?: readonly ExceptionCode[];
  readonly isMulticapture?: boolean;
  readonly fulfilmentDeadlineMs?: number;
  /** Why it is on hold from the start. */
  readonly held?: string;
}

interface EventRow {
  readonly kind: 'shipment' | 'rejection' | 'cancel';
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[] | null;
  isApplied: boolean;
}

const UNIT_MINOR = 1_000;
const FAR_DEADLINE_MS = 172_800_000;
let ordersMade = 0;

export class OrderModel {
  readonly order: Snapshot;
  readonly settings: ModelSettings;
  readonly input: OrderFlowInput;
  /** Every call that reached a vendor, in order. */
  readonly calls: { readonly verb: Verb; readonly key: string }[] = [];
  readonly momentCalls: string[] = [];
  /** Effects as the vendors know them: key → how often they were made. */
  readonly made = new Map<string, number>();
  private readonly lost = new Set<string>();
  private readonly behaviours = new Map<Verb, Behaviour[]>();
  private readonly events = new Map<number, EventRow>();
  private readonly decided = new Map<string, CancelResult>();
  private readonly resolved = new Map<string, Resolution>();
  private exceptionsMade = 0;
  private eventsMade = 0;

  constructor(settings: ModelSettings) {
    this.settings = settings;
    ordersMade += 1;
    const orderId = `ord_test${ordersMade}`;
    const orderNo = `T${ordersMade}`;
    const channelInstance = settings.moneyMode === 'psp' ? 'web-us' : 'shopify-us';
    const units = settings.lines.reduce((sum, line) => sum + line, 0);
    const isWaiting = settings.waitsFor !== undefined;
    this.order = {
      orderId,
      channelInstance,
      orderNo,
      workflowId: `order/${channelInstance}/${orderNo}`,
      channelOrderRef: null,
      correlationId: `cor_${ordersMade}`,
      currency: 'USD',
      totalMinor: units * UNIT_MINOR,
      timeZone: 'UTC',
      isReleaseAsked: false,
      stage: isWaiting ? 'received' : 'accepted',
      status: isWaiting ? 'received' : 'accepted',
      holdReason: settings.held ?? null,
      locationId: isWaiting ? null : 'DC-EAST',
      lines: settings.lines.map((ordered, index) => this.lineOf(ordered, index, isWaiting)),
      tenders: [this.tenderOf(units * UNIT_MINOR)],
      captures: [],
      refunds: [],
      groups: [],
      exceptions: [],
    };
    for (const code of settings.waitsFor ?? []) this.open(code, stepName.accept, code);
    this.input = {
      orderId,
      channelInstance,
      orderNo,
      correlationId: this.order.correlationId,
      moneyMode: settings.moneyMode,
      moneyAccount: settings.moneyMode === 'psp' ? 'stripe-us' : 'shopify-us',
      warehouse: 'wms-main',
      accepted: isWaiting ? null : this.agenda(),
      fulfilmentDeadlineMs: settings.fulfilmentDeadlineMs ?? FAR_DEADLINE_MS,
    };
  }

  /** The vendor ends its slow call. */
  endSlowCall: () => void = () => undefined;

  /** The vendor's next answers to a verb; `ok` from then on. */
  script(verb: Verb, ...behaviours: Behaviour[]): this {
    this.behaviours.set(verb, behaviours);
    return this;
  }

  /** Stores a fact as the inbox would; the event's number goes into the signal. */
  store(kind: EventRow['kind'], lines: EventRow['lines'] = null): number {
    this.eventsMade += 1;
    this.events.set(this.eventsMade, { kind, lines, isApplied: false });
    return this.eventsMade;
  }

  /** An exception that an earlier run of the flow opened. */
  openedBefore(code: ExceptionCode, blocks: string): void {
    this.open(code, blocks, code);
  }

  isApplied(eventNo: number): boolean {
    return this.events.get(eventNo)?.isApplied === true;
  }

  /** What a person does to an exception; the flow is told by a signal. */
  resolve(exceptionId: string, resolution: Resolution): void {
    this.resolved.set(exceptionId, resolution);
  }

  agenda(): OrderAgenda {
    return agendaOf(this.order);
  }

  get tenderCaptured(): number {
    return this.tender.capturedMinor;
  }

  openCodes(): string[] {
    return this.order.exceptions.map((one) => one.code);
  }

  private lineOf(ordered: number, index: number, isWaiting: boolean): LineOf {
    return {
      lineNo: index + 1,
      sku: `SKU-${index + 1}`,
      channelSku: `SKU-${index + 1}`,
      channelLineRef: null,
      locationId: null,
      groupNo: null,
      grossMinor: ordered * UNIT_MINOR,
      discountMinor: 0,
      shippingMinor: 0,
      taxes: [],
      ordered,
      unallocated: isWaiting ? ordered : 0,
      backordered: 0,
      reserved: isWaiting ? 0 : ordered,
      released: 0,
      shipped: 0,
      pickedUp: 0,
      cancelled: 0,
      returned: 0,
    };
  }

  private tenderOf(amountMinor: number): Snapshot['tenders'][number] {
    const isChannel = this.settings.moneyMode === 'channel';
    return {
      tenderNo: 1,
      gateway: 'card',
      amountMinor,
      capturedMinor: 0,
      refundedMinor: 0,
      prepaidMinor: 0,
      prepaidUsedMinor: 0,
      paymentMethodRef: isChannel ? null : 'pm_card_visa',
      authorizations: [this.authorizationOf(1, amountMinor, isChannel ? 'live' : 'planned')],
    };
  }

  private authorizationOf(
    authorizationNo: number,
    amountMinor: number,
    state: 'live' | 'planned',
  ): Snapshot['tenders'][number]['authorizations'][number] {
    return {
      authorizationNo,
      state,
      voidTry: 1,
      reference: state === 'live' ? 'auth_1' : null,
      amountMinor,
      capturedMinor: 0,
      isAsked: false,
      isMulticapture: this.settings.isMulticapture ?? this.settings.moneyMode === 'channel',
    };
  }

  private open(code: ExceptionCode, blocks: string, detail: string): void {
    if (this.order.exceptions.some((one) => one.code === code && one.blocks === blocks)) return;
    this.exceptionsMade += 1;
    this.order.exceptions.push({
      exceptionId: `exc_${this.exceptionsMade}`,
      code,
      owner: ownerOf(code),
      deadlineAt: '2030-01-01T00:00:00Z',
      detail,
      resolutions: [...EXCEPTION_RULES[code].resolutions],
      blocks,
      ...(code.startsWith('mapping.')
        ? { cause: { kind: 'mapping' as const, ref: `sku/${this.order.channelInstance}/SKU-1` } }
        : {}),
    });
  }

  private close(blocks: string): void {
    this.order.exceptions = this.order.exceptions.filter((one) => one.blocks !== blocks);
  }

  private applied(outcome: Applied['outcome'] = 'applied'): Applied {
    return { outcome, agenda: this.agenda() };
  }

  /** Calls the vendor as scripted; the same key is made once, whatever is asked again. */
  private async call(verb: Verb, key: string): Promise<'ok' | 'refused'> {
    this.calls.push({ verb, key });
    const behaviour = this.behaviours.get(verb)?.shift() ?? 'ok';
    if (behaviour === 'down') {
      throw ApplicationFailure.create({ message: `${verb}: no connection`, type: 'unavailable' });
    }
    if (behaviour === 'slow') {
      await new Promise<void>((resolve) => {
        this.endSlowCall = resolve;
      });
    }
    // The same key again is answered, and made no second time.
    if (behaviour !== 'refused' && !this.lost.delete(key)) {
      this.made.set(key, (this.made.get(key) ?? 0) + 1);
    }
    if (behaviour === 'lost') {
      this.lost.add(key);
      throw ApplicationFailure.create({ message: `${verb}: no answer`, type: 'ambiguous' });
    }
    return behaviour === 'refused' ? 'refused' : 'ok';
  }

  private answer(outcome: 'ok' | 'refused'): EffectAnswer {
    return { outcome: outcome === 'ok' ? 'done' : 'refused', agenda: this.agenda() };
  }

  private get tender(): Snapshot['tenders'][number] {
    const [tender] = this.order.tenders;
    if (!tender) throw new RangeError('an order of the model has one tender');
    return tender;
  }

  private authorization(authorizationNo: number) {
    const found = this.tender.authorizations.find((one) => one.authorizationNo === authorizationNo);
    if (!found) throw new RangeError(`no authorization ${authorizationNo}`);
    return found;
  }

  readonly money: MoneyEffects = {
    authorizePayment: async (due) => {
      const authorization = this.authorization(due.authorizationNo);
      const isAskedAlready = authorization.isAsked;
      authorization.isAsked = true;
      const end = await this.call('authorizePayment', due.key).catch((error: unknown) => {
        // Nothing was made: the intention is forgotten.
        authorization.isAsked = isAskedAlready || this.lost.has(due.key);
        throw error;
      });
      authorization.isAsked = false;
      authorization.state = end === 'ok' ? 'live' : 'declined';
      if (end === 'refused') {
        this.open('payment.declined', stepName.authorize(due.tenderNo), 'declined');
      }
      return this.answer(end);
    },
    captureShipment: async (due) => {
      const end = await this.call('captureShipment', due.key);
      const capture = this.order.captures.find((one) => one.shipmentNo === due.shipmentNo);
      if (!capture) throw new RangeError(`no capture of shipment ${due.shipmentNo}`);
      capture.state = end === 'ok' ? 'captured' : 'failed';
      if (end === 'ok') {
        const authorization = this.authorization(due.authorizationNo);
        authorization.capturedMinor += due.amountMinor;
        if (due.isFinal) authorization.state = 'consumed';
        this.tender.capturedMinor += due.amountMinor;
      } else {
        const step = stepName.capture(due.tenderNo, due.shipmentNo);
        this.open('payment.capture-failed', step, 'refused');
      }
      return this.answer(end);
    },
    voidAuthorization: async (due) => {
      const end = await this.call('voidAuthorization', due.key);
      this.authorization(due.authorizationNo).state = 'voided';
      return this.answer(end);
    },
    refundPayment: async (due) => {
      const end = await this.call('refundPayment', due.key);
      const refund = this.order.refunds.find((one) => one.refundNo === due.refundNo);
      if (refund) refund.state = 'refunded';
      return this.answer(end);
    },
  };

  readonly warehouse: WarehouseEffects = {
    releaseToWarehouse: async (due) => {
      const end = await this.call('releaseToWarehouse', due.key);
      const state = end === 'ok' ? 'released' : 'rejected';
      this.order.groups = [
        { groupNo: due.groupNo, locationId: due.location, try: 1, state, requestKey: due.key },
      ];
      if (end === 'ok') for (const line of this.order.lines) move(line, 'reserved', 'released');
      else this.open('fulfilment.rejected', stepName.release(due.groupNo), 'rejected');
      return this.answer(end);
    },
    recallFromWarehouse: async (order) => {
      await this.call('recallFromWarehouse', order.key);
      return { lines: order.lines };
    },
  };

  readonly moments: OrderMoments = {
    acceptOrder: async (): Promise<AcceptOutcome> => {
      this.momentCalls.push('acceptOrder');
      if (this.order.stage === 'rejected') return { outcome: 'rejected', reason: 'abandoned' };
      const isAccepted = this.order.stage !== 'received';
      if (isAccepted) return { outcome: 'accepted', order: this.agenda().order };
      if (this.order.exceptions.length > 0) {
        return { outcome: 'waiting', exceptions: this.agenda().blockedBy };
      }
      this.order.stage = 'accepted';
      this.order.locationId = 'DC-EAST';
      for (const line of this.order.lines) move(line, 'unallocated', 'reserved');
      return { outcome: 'accepted', order: this.agenda().order };
    },
    readAgenda: async () => {
      this.momentCalls.push('readAgenda');
      return this.agenda();
    },
    recordShipment: async ({ eventNo }) => {
      this.momentCalls.push('recordShipment');
      const event = this.take(eventNo);
      if (!event) return this.applied('duplicate');
      for (const line of this.order.lines) {
        const quantity = wanted(event.lines, line.lineNo, line.released + line.reserved);
        move(line, 'released', 'shipped', quantity);
      }
      const units = event.lines
        ? event.lines.reduce((sum, line) => sum + line.quantity, 0)
        : this.order.lines.reduce((sum, line) => sum + line.shipped, 0);
      this.planCapture(units * UNIT_MINOR);
      return this.applied();
    },
    recordRejection: async ({ eventNo }) => {
      this.momentCalls.push('recordRejection');
      if (!this.take(eventNo)) return this.applied('duplicate');
      for (const line of this.order.lines) move(line, 'released', 'reserved');
      for (const group of this.order.groups) group.state = 'rejected';
      this.open('fulfilment.rejected', stepName.release(1), 'no capacity');
      return this.applied();
    },
    planCancellation: async (decision) => {
      this.momentCalls.push('planCancellation');
      const known = this.decided.get(decision.decisionId);
      if (known) return { outcome: 'duplicate', result: known };
      if (this.cancellable(decision).length === 0) {
        return { outcome: 'refused', reason: 'everything has moved' };
      }
      const lines = this.order.lines.flatMap((line) =>
        line.released > 0 ? [{ lineNo: line.lineNo, quantity: line.released }] : [],
      );
      const { orderId } = this.order;
      const { decisionId } = decision;
      const key = effectKey.recall(orderId, 1, decisionId);
      const requestKey = effectKey.release(orderId, 1, 1);
      const recall = { orderId, decisionId, groupNo: 1, requestKey, key, lines };
      return { outcome: 'planned', recalls: lines.length > 0 ? [recall] : [] };
    },
    cancelOrder: async (decision) => {
      this.momentCalls.push('cancelOrder');
      if (this.order.stage === 'received') return this.giveUp();
      const cancelled = this.cancellable(decision);
      for (const { lineNo, quantity } of cancelled) {
        const line = this.order.lines.find((one) => one.lineNo === lineNo);
        if (!line) continue;
        let left = quantity;
        for (const place of ['unallocated', 'reserved', 'released'] as const) {
          const units = Math.min(left, line[place]);
          move(line, place, 'cancelled', units);
          left -= units;
        }
      }
      if (decision.eventNo !== null) this.take(decision.eventNo);
      const isAll = this.order.lines.every((line) => line.cancelled === line.ordered);
      if (isAll) this.order.exceptions = [];
      const outcome = isAll ? 'cancelled' : 'partly-cancelled';
      const result: CancelResult = { outcome, cancelled, reason: null, agenda: this.agenda() };
      this.decided.set(decision.decisionId, result);
      return result;
    },
    placeHold: async () => {
      this.momentCalls.push('placeHold');
      this.order.holdReason = 'fraud review';
      return { outcome: 'held', agenda: this.agenda() };
    },
    liftHold: async () => {
      this.momentCalls.push('liftHold');
      this.order.holdReason = null;
      return { outcome: 'released', agenda: this.agenda() };
    },
    applyResolution: async ({ exceptionId }) => {
      this.momentCalls.push('applyResolution');
      const found = this.order.exceptions.find((one) => one.exceptionId === exceptionId);
      if (!found) return this.applied('duplicate');
      this.order.exceptions = this.order.exceptions.filter((one) => one !== found);
      this.resume(found.code, this.resolved.get(exceptionId) ?? 'retry');
      return this.applied();
    },
    openWait: async ({ step, code, detail }) => {
      this.momentCalls.push('openWait');
      this.open(code, step, detail);
      return this.applied();
    },
    closeWait: async ({ step }) => {
      this.momentCalls.push('closeWait');
      this.close(step);
      return this.applied();
    },
    closeOrder: async () => {
      this.momentCalls.push('closeOrder');
      const isOpen = [...this.events.values()].some((event) => !event.isApplied);
      if (isOpen) return { outcome: 'open', agenda: this.agenda() };
      if (this.order.stage !== 'rejected') this.order.stage = 'closed';
      return { outcome: 'closed', agenda: this.agenda() };
    },
  };

  /** Cancelled before it was accepted: nothing was reserved, money that is held is let go. */
  private giveUp(): CancelResult {
    this.order.stage = 'rejected';
    this.order.exceptions = [];
    return { outcome: 'cancelled', cancelled: [], reason: null, agenda: this.agenda() };
  }

  private take(eventNo: number): EventRow | null {
    const event = this.events.get(eventNo);
    if (!event || event.isApplied) return null;
    event.isApplied = true;
    return event;
  }

  private cancellable(decision: CancelDecision) {
    return this.order.lines.flatMap((line) => {
      const open = line.unallocated + line.reserved + line.released;
      const quantity = Math.min(open, wanted(decision.lines, line.lineNo, open));
      return quantity > 0 ? [{ lineNo: line.lineNo, quantity }] : [];
    });
  }

  /** A new try after a person's word on a definite failure. */
  private resume(code: ExceptionCode, resolution: Resolution): void {
    if (code === 'payment.declined') {
      if (resolution === 'abandon') {
        for (const line of this.order.lines) move(line, 'reserved', 'cancelled');
      } else {
        const authorizationNo = this.tender.authorizations.length + 1;
        const { amountMinor } = this.tender;
        this.tender.authorizations.push(
          this.authorizationOf(authorizationNo, amountMinor, 'planned'),
        );
      }
    }
    if (code === 'payment.capture-failed') {
      for (const capture of this.order.captures) {
        if (capture.state !== 'failed') continue;
        capture.state = resolution === 'retry' ? 'due' : 'given-up';
        capture.try += 1;
      }
    }
    if (code === 'fulfilment.rejected') {
      for (const group of this.order.groups) group.try += 1;
      if (resolution === 'retry') for (const group of this.order.groups) group.state = 'planned';
      else for (const line of this.order.lines) move(line, 'reserved', 'cancelled');
    }
    if (code.startsWith('mapping.') && resolution === 'abandon') this.order.stage = 'rejected';
  }

  private planCapture(invoiceMinor: number): void {
    const shipmentNo = this.order.captures.length + 1;
    const isLast = this.order.lines.every((line) => line.shipped + line.cancelled === line.ordered);
    const { tender } = this;
    const authorizations = tender.authorizations.flatMap((one) => {
      const { state } = one;
      return state === 'planned' ? [] : [{ ...one, state }];
    });
    const plan = planCaptures(invoiceMinor, [{ ...tender, authorizations }], isLast);
    for (const capture of plan.captures) {
      let { authorizationNo } = capture;
      if (authorizationNo === null) {
        authorizationNo = tender.authorizations.length + 1;
        const { amountMinor } = capture;
        tender.authorizations.push(this.authorizationOf(authorizationNo, amountMinor, 'planned'));
      }
      this.order.captures.push({
        tenderNo: 1,
        shipmentNo,
        amountMinor: capture.amountMinor,
        authorizationNo,
        isFinal: capture.isFinal,
        try: 1,
        state: 'due',
        reference: null,
      });
    }
  }
}

type Place = 'unallocated' | 'reserved' | 'released' | 'shipped' | 'cancelled';

function move(line: LineOf, from: Place, to: Place, units: number = line[from]): void {
  line[from] -= units;
  line[to] += units;
}

function wanted(
  lines: readonly { readonly lineNo: number; readonly quantity: number }[] | null,
  lineNo: number,
  all: number,
): number {
  return lines === null ? all : (lines.find((line) => line.lineNo === lineNo)?.quantity ?? 0);
}
