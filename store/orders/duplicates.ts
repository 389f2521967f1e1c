/** What a channel has once more than it was asked for, and what undid it. */
import { only, type Sql } from '../database';

export interface FoundCapture {
  readonly kind: 'capture';
  readonly orderId: string;
  /** The account whose records have it. */
  readonly account: string;
  /** Its name there. */
  readonly reference: string;
  /** What it was made on, where the records say so. */
  readonly authorizationRef: string | null;
  readonly amountMinor: number;
  readonly currency: string;
}
export interface FoundFulfilment {
  readonly kind: 'fulfilment';
  readonly orderId: string;
  readonly account: string;
  readonly reference: string;
}
export type FoundDuplicate = FoundCapture | FoundFulfilment;

export interface DuplicateCapture {
  readonly orderId: string;
  readonly account: string;
  readonly reference: string;
  readonly duplicateNo: number;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly effectKey: string;
}

interface Known {
  /** It is one that we know: of an effect of ours, of a claim, or found before. */
  readonly isKnown: boolean;
  /** One like it was called and has no answer here: it may be that one. */
  readonly isAwaited: boolean;
  readonly nextNo: number;
  /** Of the authorization that a capture was made on; else the first. */
  readonly tenderNo: number;
  /** References of the order's refunds, so that a look-up finds none of them again. */
  readonly knownRefunds: readonly string[];
}

const VERB: Readonly<Record<FoundDuplicate['kind'], string>> = {
  capture: 'capture',
  fulfilment: 'announceShipment',
};

/** What is known of it; call it under the order's lock. */
export async function lookAtDuplicate(sql: Sql, found: FoundDuplicate): Promise<Known> {
  const { kind, orderId, account, reference } = found;
  const { rows } = await sql.query<Known & Record<string, unknown>>({
    name: 'look-at-duplicate',
    text: `select exists (select from effect where order_id = $1 and reference = $3)
                or exists (select from capture where order_id = $1 and reference = $3)
                or exists (select from payment_authorization
                            where order_id = $1 and reference = $3)
                or exists (select from channel_duplicate where account = $2 and reference = $3)
                  as "isKnown",
                exists (select from effect where order_id = $1 and verb = $4 and state = 'called')
                  as "isAwaited",
                (select coalesce(max(duplicate_no), 0) + 1 from channel_duplicate
                  where order_id = $1) as "nextNo",
                coalesce((select tender_no from payment_authorization
                           where order_id = $1 and reference = $5 limit 1), 1) as "tenderNo",
                array(select reference from refund where order_id = $1 and reference is not null)
                  || array(select undone_reference from channel_duplicate
                            where order_id = $1 and undone_reference is not null)
                  as "knownRefunds"`,
    values: [
      orderId,
      account,
      reference,
      VERB[kind],
      kind === 'capture' ? found.authorizationRef : null,
    ],
  });
  return only(rows, 'lookAtDuplicate');
}

/** `effectKey`: of the first try to undo it. */
export async function insertDuplicate(
  sql: Sql,
  found: FoundDuplicate,
  as: { readonly duplicateNo: number; readonly tenderNo: number; readonly effectKey: string },
): Promise<void> {
  const capture = found.kind === 'capture' ? found : null;
  await sql.query({
    name: 'insert-duplicate',
    text: `insert into channel_duplicate (account, reference, kind, order_id, duplicate_no,
             effect_key, tender_no, amount_minor, currency)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      found.account,
      found.reference,
      found.kind,
      found.orderId,
      as.duplicateNo,
      as.effectKey,
      capture && as.tenderNo,
      capture?.amountMinor ?? null,
      capture?.currency ?? null,
    ],
  });
}

export interface Undone {
  /** Of the first try. */
  readonly effectKey: string;
  /** Of the try that did it; null: somebody did it at the channel. */
  readonly key: string | null;
  /** The channel's name of what did it. */
  readonly reference: string;
}

/**
 * Undone, from now on; null where that is recorded already. A fulfilment has nothing to book: the
 * fields of a capture are null then.
 */
export async function markUndone(
  sql: Sql,
  { effectKey, key, reference }: Undone,
): Promise<DuplicateCapture | null> {
  const { rows } = await sql.query<DuplicateCapture & Record<string, unknown>>({
    name: 'mark-undone',
    text: `update channel_duplicate
              set undone_key = $2, undone_reference = $3, undone_at = now()
            where effect_key = $1 and undone_at is null
            returning ${CAPTURE}`,
    values: [effectKey, key, reference],
  });
  return rows[0] ?? null;
}

const CAPTURE = `order_id as "orderId", account, reference, duplicate_no as "duplicateNo",
  tender_no as "tenderNo", amount_minor as "amountMinor", effect_key as "effectKey"`;

/** A payment by that name which is owed back. */
export async function duplicateCapture(
  sql: Sql,
  reference: string,
): Promise<DuplicateCapture | null> {
  const { rows } = await sql.query<DuplicateCapture & Record<string, unknown>>({
    name: 'duplicate-capture',
    text: `select ${CAPTURE} from channel_duplicate
            where reference = $1 and kind = 'capture' and undone_at is null`,
    values: [reference],
  });
  return rows[0] ?? null;
}
