/** The whole story of an id: across every table, in time order. */
import type { Trace } from '../../canonical/schema/trace';
import type { Sql } from '../database';
import { readEntries, type Subject } from './entries';
import { findMatches, type Match } from './matches';

/** Orders told in one trace: an ERP document may hold the journals of thousands. */
export const MAX_ORDERS_TRACED = 20;
const MAX_JOURNALS_TRACED = 200;

const present = <T>(values: readonly (T | null)[]): T[] => [
  ...new Set(values.filter((value) => value !== null)),
];

interface JournalRow {
  journalId: string;
  orderId: string | null;
  eventNo: number | null;
  batchId: string | null;
}

/** Journals that the matches lead to, and where these lead: to orders, events and batches. */
async function journalsOf(sql: Sql, by: Subject): Promise<JournalRow[]> {
  const { rows } = await sql.query<JournalRow>(
    `select j.journal_id as "journalId", j.order_id as "orderId", j.event_no as "eventNo",
            b.batch_id as "batchId"
       from journal j left join posting_batch_journal b using (journal_id)
      where j.journal_id in (
        select journal_id from journal where order_id = any($1::text[])
        union select journal_id from journal where journal_id = any($2::text[])
        union select journal_id from posting_batch_journal where batch_id = any($3::text[])
        union select journal_id from journal where event_no = any($4::bigint[])
          and order_id is null)
      order by j.posted_at limit ${MAX_JOURNALS_TRACED + 1}`,
    [by.orderIds, by.journalIds, by.batchIds, by.eventNos],
  );
  return rows;
}

async function eventsOfOrders(sql: Sql, orderIds: readonly string[]): Promise<number[]> {
  const { rows } = await sql.query<{ no: number }>(
    `select source_event_no as no from sales_order
      where order_id = any($1::text[]) and source_event_no is not null`,
    [orderIds],
  );
  return rows.map((row) => row.no);
}

async function subjectOf(sql: Sql, matches: readonly Match[]) {
  const named: Subject = {
    orderIds: present(matches.map((match) => match.orderId)).slice(0, MAX_ORDERS_TRACED),
    eventNos: present(matches.map((match) => match.eventNo)),
    journalIds: present(matches.map((match) => match.journalId)),
    batchIds: present(matches.map((match) => match.batchId)),
  };
  const found = await journalsOf(sql, named);
  const journals = found.slice(0, MAX_JOURNALS_TRACED);
  // A batch leads to the orders of its journals; an order leads to its batches, not to its
  // neighbours in them.
  const leads = named.orderIds.length === 0 ? journals.map((journal) => journal.orderId) : [];
  const orders = present([...named.orderIds, ...leads]);
  const orderIds = orders.slice(0, MAX_ORDERS_TRACED);
  const more =
    leads.length === 0 ? [] : await journalsOf(sql, { ...named, orderIds, batchIds: [] });
  const all = [...journals, ...more];
  const subject: Subject = {
    orderIds,
    eventNos: present([
      ...named.eventNos,
      ...(await eventsOfOrders(sql, orderIds)),
      ...all.map((journal) => journal.eventNo),
    ]),
    journalIds: present(all.map((journal) => journal.journalId)),
    batchIds: present([...named.batchIds, ...all.map((journal) => journal.batchId)]),
  };
  const isCut = orders.length > orderIds.length || found.length > journals.length;
  return { subject, isCut };
}

/** Null where the id names nothing here. */
export async function readTrace(sql: Sql, id: string): Promise<Trace | null> {
  const matches = await findMatches(sql, id);
  if (matches.length === 0) return null;
  const { subject, isCut } = await subjectOf(sql, matches);
  const entries = await readEntries(sql, subject);
  const matched = new Map(matches.map(({ kind, ref }) => [`${kind} ${ref}`, { kind, ref }]));
  return { id, matched: [...matched.values()], entries, isCut };
}
