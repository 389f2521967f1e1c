/**
 * A customer is at a store's counter with goods: asked for, received and looked at in one moment, so
 * that one press is all or nothing. A return of the order that expects them takes them, one that
 * nobody has said yes to yet without a look at them; else the policy is asked. What it would come to is the same moment, taken back before it is committed.
 */
import type { ReturnRefusal } from '../../canonical/rules/return/policy';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { InspectedLines, ReturnReason } from '../../canonical/schema/return';
import type { Database, Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { openReturnTaking } from '../../store/returns/return-queries';
import type { SoldOrder } from '../../store/returns/sold';
import { writeTogether } from '../../store/writes';
import type { Decider } from '../exceptions/approve';
import { takeOrder } from '../order/order-moment';
import { inspect } from './inspect';
import { receive, type ReturnProblem } from './receive';
import { requestReturnOf, type AskedBy } from './request';
import { takeReturn } from './return-moment';

export interface CounterReturn {
  readonly storeId: string;
  readonly reason: ReturnReason;
  readonly lines: InspectedLines;
  /** By who was given it. */
  readonly asGift?: boolean | undefined;
}

export type CounterBy = AskedBy & Pick<Decider, 'role'>;

export type AtCounter =
  | { readonly outcome: 'taken'; readonly ret: ReturnSnapshot }
  | { readonly outcome: 'refused'; readonly refusals: readonly ReturnRefusal[] }
  | { readonly outcome: 'impossible'; readonly problems: readonly ReturnProblem[] };

/** In the caller's transaction, which must not be committed but for `taken`. */
export async function takeAtCounter(
  sql: Sql,
  sold: SoldOrder,
  asked: CounterReturn,
  by: CounterBy,
): Promise<AtCounter> {
  const taken = await takeOrder(sql, sold.orderId);
  const units = unitsOf(asked.lines);
  const opened = await openFor(sql, sold, { ...asked, units }, by);
  if (opened.outcome === 'refused') return opened;
  const ret = await takeReturn(sql, opened.rma);
  const { storeId: location, lines } = asked;
  const { requestKey, askedAt } = by;
  const received = { receiptId: requestKey, location, receivedAt: askedAt, lines: units };
  const arrived = await receive(sql, ret, taken.order, received, null);
  if (arrived.outcome === 'impossible') return arrived;
  // Somebody has to say yes first: the goods are here, and are looked at then.
  if (ret.state === 'requested') return wasTaken(sql, ret);
  const here = await takeReturn(sql, opened.rma);
  const inspected = { inspectionId: requestKey, location, inspectedAt: askedAt, lines };
  const actor = { actor: by.askedBy, role: by.role, eventNo: null };
  const looked = await inspect(sql, here, taken, inspected, actor);
  if (looked.outcome === 'impossible') return looked;
  return wasTaken(sql, ret);
}

async function wasTaken(sql: Sql, { rma, workflowId }: ReturnSnapshot): Promise<AtCounter> {
  await writeTogether(sql, [lookAgainWrite(workflowId)]);
  return { outcome: 'taken', ret: await takeReturn(sql, rma) };
}

type Units = readonly { readonly lineNo: number; readonly quantity: number }[];

function unitsOf(lines: InspectedLines): { lineNo: number; quantity: number }[] {
  const units = new Map<number, number>();
  for (const { lineNo, quantity } of lines) {
    units.set(lineNo, (units.get(lineNo) ?? 0) + quantity);
  }
  return [...units].map(([lineNo, quantity]) => ({ lineNo, quantity }));
}

async function openFor(
  sql: Sql,
  sold: SoldOrder,
  { units, reason, storeId, asGift = false }: CounterReturn & { readonly units: Units },
  by: AskedBy,
): Promise<
  { outcome: 'opened'; rma: string } | { outcome: 'refused'; refusals: readonly ReturnRefusal[] }
> {
  const expecting = await openReturnTaking(sql, sold.orderId, { units, isGift: asGift });
  if (expecting !== null) return { outcome: 'opened', rma: expecting };
  const request = { lines: units, reason, expectedAt: storeId, asGift };
  const asked = await requestReturnOf(sql, sold, request, by);
  // Nothing but money to its payments is asked for here.
  if (asked.outcome === 'not-offered') throw new RangeError(asked.detail);
  return asked.outcome === 'refused' ? asked : { outcome: 'opened', rma: asked.rma };
}

class TakenBack extends Error {
  override readonly name = 'TakenBack';
}

/** What `takeAtCounter` would come to now, as `see` sees it; nothing of it stays. */
export async function previewAtCounter<Seen>(
  db: Database,
  sold: SoldOrder,
  asked: CounterReturn,
  { by, see }: { readonly by: CounterBy; readonly see: (sql: Sql, rma: string) => Promise<Seen> },
): Promise<Exclude<AtCounter, { outcome: 'taken' }> | { outcome: 'taken'; seen: Seen }> {
  let came: Awaited<ReturnType<typeof previewAtCounter<Seen>>> | undefined;
  try {
    await db.transaction(async (sql) => {
      const took = await takeAtCounter(sql, sold, asked, by);
      came =
        took.outcome === 'taken' ? { outcome: 'taken', seen: await see(sql, took.ret.rma) } : took;
      throw new TakenBack('nothing of a preview stays');
    });
  } catch (error) {
    if (!(error instanceof TakenBack) || came === undefined) throw error;
  }
  if (came === undefined) throw new Error('a preview came to nothing');
  return came;
}
