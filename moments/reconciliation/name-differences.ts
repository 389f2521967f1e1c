/**
 * What an audit found is named to a person, each difference once: an exception with an owner for
 * what differs, another for an account whose records cannot be read, and for what a channel has once
 * too often the one by which it is undone. What is known is not named again; what is no longer there
 * is closed. Idempotent: two at the same time name each difference once.
 */
import { cutText } from '../../canonical/rules/text';
import type { Database, Sql } from '../../store/database';
import { openException, resolveExceptions } from '../../store/exceptions/exceptions';
import { closeSystemWait, openSystemWait } from '../../store/exceptions/system-wait';
import {
  answeringAgain,
  keepFound,
  orderIdOf,
  standingsOf,
  takeGone,
  touchFound,
  type FoundDifference,
} from '../../store/reconciliation/differences';
import { raiseDuplicate } from '../order/duplicates';

/** Exceptions that one audit opens: a rule that breaks everywhere is one person's question. */
const NAMED_AT_MOST = 200;
const A_TRANSACTION = 50;
/** Fits an exception's cause. */
const REF_LENGTH_MAX = 280;
const UNREADABLE = 'account-unreadable';

/** An audit that ended. */
export interface Audited {
  /** RFC 3339, by the clock of the database. */
  readonly beganAt: string;
  readonly isWhole: boolean;
  readonly differences: readonly FoundDifference[];
}

/** What came of it. */
export interface Named {
  /** Opened now. */
  readonly named: number;
  /** Open since an earlier one. */
  readonly known: number;
  /** Found, and left to the next audit: too many at once. */
  readonly left: number;
  /** No longer there. */
  readonly closed: number;
  /** Accounts whose records could not be read: nothing was compared with them. */
  readonly unreadable: readonly string[];
}

export async function nameDifferences(db: Database, audited: Audited): Promise<Named> {
  const { differences, isWhole } = audited;
  const unreadable = differences.filter(({ code }) => code === UNREADABLE);
  await db.transaction((sql) => nameSilence(sql, unreadable));
  const counts = { named: 0, known: 0 };
  for (const { duplicate } of differences) {
    if (!duplicate) continue;
    const { outcome } = await raiseDuplicate(db, duplicate);
    if (outcome !== 'awaited') counts[outcome === 'raised' ? 'named' : 'known'] += 1;
  }
  const plain = differences.filter(({ code, duplicate }) => code !== UNREADABLE && !duplicate);
  let left = 0;
  for (let at = 0; at < plain.length; at += A_TRANSACTION) {
    const some = plain.slice(at, at + A_TRANSACTION);
    const room = NAMED_AT_MOST - counts.named;
    const seen = await db.transaction((sql) => nameSome(sql, some, room, isWhole));
    counts.named += seen.named;
    counts.known += seen.known;
    left += some.length - seen.named - seen.known;
  }
  // What could not be looked at may be there still.
  const closed = unreadable.length > 0 ? 0 : await db.transaction((sql) => closeGone(sql, audited));
  return { ...counts, left, closed, unreadable: unreadable.map(({ subject }) => subject) };
}

const silenceOf = (account: string) =>
  ({ code: 'reconciliation.unreadable', account, work: 'reconciliation' }) as const;

async function nameSilence(sql: Sql, unreadable: readonly FoundDifference[]): Promise<void> {
  for (const { subject, detail } of unreadable) {
    await openSystemWait(sql, silenceOf(subject), detail);
  }
  const silent = unreadable.map(({ subject }) => subject);
  for (const account of await answeringAgain(sql, silent)) {
    await closeSystemWait(sql, silenceOf(account));
  }
}

async function nameSome(
  sql: Sql,
  found: readonly FoundDifference[],
  room: number,
  isWhole: boolean,
): Promise<{ named: number; known: number }> {
  const standings = await standingsOf(sql, found);
  const fresh = found.filter((_one, at) => standings[at] === 'new').slice(0, Math.max(0, room));
  const known = found.filter((_one, at) => standings[at] !== 'new');
  await touchFound(sql, known, isWhole);
  const named: (FoundDifference & { readonly exceptionId: string })[] = [];
  for (const one of fresh) named.push({ ...one, exceptionId: await nameOne(sql, one) });
  if (named.length > 0) await keepFound(sql, named, isWhole);
  return { named: named.length, known: known.length };
}

async function nameOne(sql: Sql, found: FoundDifference): Promise<string> {
  const { code, subject, detail, amountMinor, currency } = found;
  const orderId = await orderIdOf(sql, subject);
  const isMoney = amountMinor !== undefined && currency !== undefined;
  const { exceptionId } = await openException(sql, {
    code: 'reconciliation.difference',
    detail,
    cause: { kind: 'system', ref: cutText(`audit/${code}/${subject}`, REF_LENGTH_MAX) },
    blocks: 'reconciliation',
    subject: `${found.invariant}/${subject}`,
    ...(orderId !== null && { orderId }),
    ...(isMoney && { moneyMinor: Math.abs(amountMinor), currency }),
  });
  return exceptionId;
}

async function closeGone(sql: Sql, audited: Audited): Promise<number> {
  const exceptionIds = await takeGone(sql, audited);
  const resolved = await resolveExceptions(
    sql,
    { exceptionIds },
    { resolution: 'retry', by: 'system', reason: 'an audit finds it no more' },
  );
  return resolved.length;
}
