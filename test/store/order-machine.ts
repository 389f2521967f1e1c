/** An order on its real moments, driven by whatever comes next: a state machine for properties. */
import type { MoneyStep, OrderAgenda, ReleaseDue } from '../../canonical/flows/order';
import { blocksCapture } from '../../canonical/flows/order-steps';
import type { Refused } from '../../canonical/ports/fault';
import type { Resolution } from '../../canonical/schema/exception';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { recordAuthorization } from '../../moments/money/authorize';
import { prepareCapture, recordCapture } from '../../moments/money/capture';
import { recordRefund } from '../../moments/money/refund';
import { recordVoid } from '../../moments/money/void';
import { prepareRelease, recordRelease } from '../../moments/fulfilment/release';
import { cancelOrder } from '../../moments/order/cancel-order';
import { liftHold, placeHold } from '../../moments/order/hold-order';
import {
  applyResolution,
  closeOrder,
  closeWait,
  openWait,
  readAgenda,
} from '../../moments/order/order-flow';
import type { Database } from '../../store/database';
import { beginEffect, type EffectRow } from '../../store/effects/effects';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { loadOrder } from '../../store/orders/orders';
import { ship } from './steps';

export type Says = 'yes' | 'no' | 'gone';
type Due = MoneyStep | ({ readonly step: 'release' } & ReleaseDue);

export class OrderMachine {
  /** Begun, and their answers not known. */
  readonly called = new Map<string, { readonly due: Due; readonly begun: EffectRow<never> }>();
  private parcels = 0;
  private decisions = 0;
  constructor(
    private readonly db: Database,
    readonly orderId: string,
    readonly isMulticapture: boolean,
  ) {}

  agenda(): Promise<OrderAgenda> {
    return readAgenda(this.db, this);
  }

  async order(): Promise<OrderSnapshot> {
    const order = await loadOrder(this.db, this.orderId);
    if (!order) throw new Error(`no order ${this.orderId}`);
    return order;
  }

  /** The next step that is due and not begun; false where there is none. */
  async begin(): Promise<boolean> {
    const agenda = await this.agenda();
    const due = dueOf(agenda).find((one) => !this.called.has(one.key));
    if (!due) return false;
    const { workflowId } = await this.order();
    const said =
      due.step === 'capture'
        ? prepareCapture(due)
        : due.step === 'release'
          ? prepareRelease(due)
          : {};
    const of = { key: due.key, orderId: this.orderId, workflowId, system: 'test', verb: due.step };
    const begun = await beginEffect<never>(this.db, { ...of, body: said });
    this.called.set(due.key, { due, begun });
    return true;
  }

  /** The oldest call is answered; false where none waits. */
  async answer(says: Says): Promise<boolean> {
    const [first] = this.called.values();
    if (!first) return false;
    const { due, begun } = first;
    this.called.delete(due.key);
    const isAuthorizationGone = says === 'gone';
    const no: Refused = { outcome: 'refused', vendorCode: 'no', detail: 'no', isAuthorizationGone };
    const reference = `ref_${due.key}`;
    switch (due.step) {
      case 'authorize': {
        const { isMulticapture } = this;
        const yes = { outcome: 'authorized', isMulticapture, expiresAt: null } as const;
        const made = { ...yes, reference, amountMinor: due.amountMinor };
        await recordAuthorization(this.db, due, says === 'yes' ? made : no, begun);
        break;
      }
      case 'capture': {
        const yes = { outcome: 'captured', reference, amountMinor: due.amountMinor } as const;
        await recordCapture(this.db, due, says === 'yes' ? yes : no, begun);
        break;
      }
      case 'void': {
        const yes = { outcome: 'voided', reference } as const;
        await recordVoid(this.db, due, says === 'yes' ? yes : no, begun);
        break;
      }
      case 'refund': {
        const yes = { outcome: 'refunded', reference, amountMinor: due.amountMinor } as const;
        await recordRefund(this.db, due, says === 'yes' ? yes : no, begun);
        break;
      }
      case 'release': {
        const yes = { outcome: 'taken', reference: due.key } as const;
        await recordRelease(this.db, due, says === 'yes' ? yes : no, begun);
        break;
      }
    }
    return true;
  }

  /** One unit leaves; false where the warehouse has none. */
  async ship(): Promise<boolean> {
    const { lines } = await this.order();
    if (!lines.some((line) => line.released > 0)) return false;
    this.parcels += 1;
    await ship(this.db, this.orderId, `${this.orderId}-${this.parcels}`, [
      { lineNo: 1, quantity: 1 },
    ]);
    return true;
  }

  /** Of `units`; what is at the warehouse comes back. Refused where it cannot be. */
  async cancel(units: number): Promise<void> {
    const { lines, groups } = await this.order();
    const released = lines[0]?.released ?? 0;
    this.decisions += 1;
    await cancelOrder(this.db, {
      decisionId: `d-${this.decisions}`,
      orderId: this.orderId,
      lines: [{ lineNo: 1, quantity: units }],
      eventNo: null,
      recalled: groups.map(({ groupNo }) => ({
        groupNo,
        lines: [{ lineNo: 1, quantity: released }],
      })),
    });
  }

  async hold(isHeld: boolean): Promise<void> {
    this.decisions += 1;
    const decision = { decisionId: `d-${this.decisions}`, orderId: this.orderId };
    await (isHeld ? placeHold(this.db, decision) : liftHold(this.db, decision));
  }

  /** The account of a capture that was begun is silent, or answers again. */
  async silence(isSilent: boolean): Promise<void> {
    const capture = [...this.called.values()].find(({ due }) => due.step === 'capture')?.due;
    if (capture?.step !== 'capture') return;
    const { orderId } = this;
    const blocks = blocksCapture(capture.tenderNo, capture.invoiceNo);
    const wait = { code: 'payment.unavailable', detail: 'silent' } as const;
    const cause = { kind: 'system', ref: 'test' } as const;
    if (isSilent) await openWait(this.db, { orderId, blocks, ...wait, cause });
    else await closeWait(this.db, { orderId, blocks: blocks.text });
  }

  /** A person resolves what is open first, as its code allows; false where nothing is. */
  async resolve(wanted: Resolution): Promise<boolean> {
    const [open] = (await this.agenda()).blockedBy;
    if (!open) return false;
    const { exceptionId, resolutions } = open;
    const resolution = resolutions.includes(wanted) ? wanted : resolutions[0];
    if (!resolution) return false;
    await this.db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds: [exceptionId] }, { resolution, by: 'a person' }),
    );
    await applyResolution(this.db, { orderId: this.orderId, exceptionId });
    return true;
  }

  async close(): Promise<boolean> {
    return (await closeOrder(this.db, this)).outcome === 'closed';
  }
}

export const dueOf = ({ money, releases }: OrderAgenda): Due[] => [
  ...money,
  ...releases.map((due) => ({ step: 'release' as const, ...due })),
];
