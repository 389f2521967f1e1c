/** What an id names: any number that a person, a vendor or a document may hold. */
import type { Sql } from '../database';

export interface Match {
  /** `order-number`, `event`, `payment`, `erp-document` … */
  readonly kind: string;
  readonly ref: string;
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly batchId: string | null;
  readonly journalId: string | null;
}

/** Rows that one id may match; a correlation id of a large batch of events has many. */
export const MAX_MATCHES = 200;

/** One statement; each branch has an index of its own to go by. */
const MATCHES = `
  select 'order' as kind, order_id as ref, order_id as "orderId", null::bigint as "eventNo",
         null::text as "batchId", null::text as "journalId"
    from sales_order where order_id = $1
  union select 'order-number', channel_instance || '/' || order_no, order_id, null, null, null
    from sales_order where order_no = ltrim($1, '#')
      or (channel_instance = split_part($1, '/', 1) and order_no = split_part($1, '/', 2))
  union select 'order-number', channel_instance || '/' || order_no, null, event_no, null, null
    from shadow_finding where order_no = ltrim($1, '#')
      or (order_no = split_part($1, '/', 2) and channel_instance = split_part($1, '/', 1))
  union select 'channel-order', channel_instance || '/' || channel_order_ref, order_id, null, null,
         null
    from sales_order where channel_order_ref = $1
  union select 'workflow', workflow_id, order_id, null, null, null
    from sales_order where workflow_id = $1 and channel_instance = split_part($1, '/', 2)
     and order_no = split_part($1, '/', 3)
  union select 'pickup', pickup_id, order_id, null, null, null from pickup where pickup_id = $1
  union select 'workflow', workflow_id, order_id, null, null, null
    from pickup where workflow_id = $1
  union select 'correlation', correlation_id, order_id, null, null, null
    from sales_order where correlation_id = $1
  union select 'event', event_id, order_id, event_no, null, null from inbox where event_id = $1
  union select 'delivery', headers ->> 'delivery-id', order_id, event_no, null, null
    from inbox where headers ->> 'delivery-id' = $1
  union select 'correlation', correlation_id, order_id, event_no, null, null
    from inbox where correlation_id = $1
  union select 'payment', reference, order_id, null, null, null
    from payment_authorization where reference = $1
  union select 'effect', effect_key, order_id, null, batch_id, null
    from effect where effect_key = $1
  union select case when batch_id is null then 'effect' else 'erp-document' end, reference,
         order_id, null, batch_id, null from effect where reference = $1
  union select 'shipment', shipment_ref, order_id, null, null, null
    from shipment where shipment_ref = $1
  union select 'tracking-number', tracking_number, order_id, null, null, null
    from shipment where tracking_number = $1
  union select 'invoice', document_no, order_id, null, null, null
    from invoice where document_no = $1
  union select 'journal', journal_id, order_id, event_no, null, journal_id
    from journal where journal_id = $1
  union select 'batch', batch_id, null, null, batch_id, null
    from posting_batch where batch_id = $1
  union select 'erp-document', document_no, null, null, batch_id, null
    from posting_batch where document_no = $1
  union select 'exception', exception_id, order_id, event_no, batch_id, null
    from exception where exception_id = $1
  limit ${MAX_MATCHES}`;

export async function findMatches(sql: Sql, id: string): Promise<Match[]> {
  const { rows } = await sql.query<Match>(MATCHES, [id]);
  return rows;
}
