/** What other systems are told of a moment: rows in its transaction, delivered in batches later. */
import type { Sql } from '../database';
import { writeTogether, type Write } from '../writes';

export interface OutboxMessage {
  /** The task queue of the account: `commerce.shopify-us`, `erp.netsuite-us` … */
  readonly destination: string;
  readonly verb:
    | 'announceShipment'
    | 'announceCancellation'
    | 'sendMessage'
    | 'recordTaxInvoice'
    | 'createSalesOrder';
  readonly effectKey: string;
  readonly orderId: string;
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
