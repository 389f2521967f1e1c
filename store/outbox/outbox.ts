/** What other systems are told of a moment: rows in its transaction, delivered in batches later. */
import { only, type Sql } from '../database';
import { writeTogether, type Write } from '../writes';

export interface OutboxMessage {
  /** The task queue of the account: `commerce.shopify-us`, `erp.netsuite-us` … */
  readonly destination: string;
  readonly verb:
    | 'announceShipment'
    | 'announceCancellation'
    | 'announceReady'
    | 'announceMove'
    | 'announceHandover'
    | 'announceRemoval'
    | 'cancelFulfilment'
    | 'refund'
    | 'announceReturn'
    | 'closeReturn'
    | 'sendMessage'
    | 'recordTaxInvoice'
    | 'createSalesOrder';
  readonly effectKey: string;
  /** Null: what is told is about none. */
  readonly orderId: string | null;
  /** The port's request, frozen. */
  readonly body: object;
  readonly correlationId: string;
}

export function messageWrites(messages: readonly OutboxMessage[]): Write[] {
  if (messages.length === 0) return [];
  const write = {
    name: 'enqueue',
    text: `insert into outbox (destination, verb, effect_key, order_id, body, correlation_id)
           select m.destination, m.verb, m."effectKey", m."orderId", m.body, m."correlationId"
             from jsonb_to_recordset($1) as m(destination text, verb text, "effectKey" text,
               "orderId" text, body jsonb, "correlationId" text)
           on conflict (effect_key) do nothing`,
    values: [JSON.stringify(messages)],
  };
  return [write];
}

export const enqueue = (sql: Sql, messages: readonly OutboxMessage[]): Promise<void> =>
  writeTogether(sql, messageWrites(messages));

/** One that is kept until a person lets it go; its number. */
export async function enqueueParked(sql: Sql, message: OutboxMessage): Promise<number> {
  await enqueue(sql, [message]);
  const { rows } = await sql.query<{ outboxNo: number }>({
    name: 'park-new-message',
    text: `update outbox set state = 'parked' where effect_key = $1 and state = 'pending'
           returning outbox_no as "outboxNo"`,
    values: [message.effectKey],
  });
  return only(rows, message.effectKey).outboxNo;
}

/** What it would do was done by somebody else. */
export async function abandonMessage(sql: Sql, effectKey: string): Promise<void> {
  await sql.query({
    name: 'abandon-message',
    text: `update outbox set state = 'abandoned'
            where effect_key = $1 and state in ('pending', 'parked')`,
    values: [effectKey],
  });
}
