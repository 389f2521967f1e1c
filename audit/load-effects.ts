// Effects of ours: their rows and what was delivered by the outbox, of some orders or of none.
import { postedPart, tail, type RecordPart } from '../canonical/ports/records';
import { sum } from '../canonical/rules/money/money';
import { addressDigest } from '../connectors/address-digest';
import type { Sql } from '../store/database';
import { verbOf, type OwnEffect } from './own-effect';
import { pagesOf } from './pages';

/** Rows a page; a batch's lines are among them. */
const EFFECTS_A_PAGE = 500;

interface EffectRow extends Omit<OwnEffect, 'verb' | 'order' | 'parts' | 'addressDigest'> {
  readonly orderId: string | null;
  readonly channelInstance: string | null;
  readonly orderNo: string | null;
  readonly lines: readonly FrozenLine[] | null;
  /** Of a request; null where nothing is known of it any more. */
  readonly shipTo: object | null;
}
/** A line of a frozen body: of a request, a recall, a handover, an invoice, a journal. */
interface FrozenLine {
  readonly lineNo?: number;
  readonly sku?: string;
  readonly quantity?: number;
  readonly channelLineRef?: string;
  readonly amountMinor?: number;
  readonly netMinor?: number;
  readonly side?: 'debit' | 'credit';
  /** The ERP's own. */
  readonly account?: string;
  readonly taxes?: readonly { readonly amountMinor: number }[];
}

/** A delivery that left without an effect row of its own counts as one that is done. */
const select = (effects: string, messages: string) => `
  select e.key, e.state, e.reference, e."calledAt", e.body -> 'lines' as lines,
         case when e.key like 'release:%' and e.body ? 'shipTo'
              then coalesce(nullif(e.body -> 'shipTo', 'null'), '{}') end as "shipTo",
         coalesce(e.amount, (e.body ->> 'amountMinor')::bigint) as "amountMinor",
         coalesce(e.currency, e.body ->> 'currency') as currency,
         o.order_id as "orderId", o.channel_instance as "channelInstance",
         o.order_no as "orderNo", o.channel_order_ref as "channelOrderRef",
         e.account, e.answer ->> 'vendorCode' as refusal
    from (select f.effect_key as key, f.system as account, f.state, f.reference, f.first_called_at as "calledAt",
                 f.body, f.answer, f.amount_minor as amount, f.currency, f.order_id
            from effect f where ${effects}
          union all
          select x.effect_key, split_part(x.destination, '.', 2), 'done', null, x.sent_at, x.body, null, null, null, x.order_id
            from outbox x
           where x.state = 'sent' and ${messages}
             and not exists (select from effect f where f.effect_key = x.effect_key)) e
    left join sales_order o on o.order_id = e.order_id`;

const OF_ORDERS = select('f.order_id = any($1::text[])', 'x.order_id = any($1::text[])');
const OF_NO_ORDER = select(
  `f.order_id is null and ($1::timestamptz is null or f.first_called_at >= $1)`,
  `x.order_id is null and ($1::timestamptz is null or x.sent_at >= $1)`,
);

/** What the other system's record is made of, from what was asked. */
function partsOf(verb: OwnEffect['verb'], lines: readonly FrozenLine[]): OwnEffect['parts'] {
  if (verb === 'release' || verb === 'recall') {
    return lines.map(({ lineNo = 0, sku = null, quantity = 0 }) => ({
      name: `line ${lineNo}`,
      quantity,
      sku,
    }));
  }
  if (verb === 'sales-order') return lines.every(({ sku }) => sku) ? lines.flatMap(itemParts) : [];
  if (verb === 'handover' || verb === 'fulfil' || verb === 'return-at-channel') {
    // A request that was compacted before its lines' names were kept says nothing of them.
    if (!lines.every((line) => line.channelLineRef)) return [];
    return lines.map(({ channelLineRef = '', quantity = 0 }) => ({
      name: `line ${tail(channelLineRef)}`,
      quantity,
    }));
  }
  if (verb === 'journal') {
    return lines.map(({ side = 'debit', account = '', amountMinor = 0 }) => ({
      name: postedPart(side, account),
      quantity: amountMinor,
    }));
  }
  if (verb !== 'tax-invoice') return [];
  return [{ name: 'tax', quantity: sum(lines.map(taxOf)) }, ...lines.flatMap(invoicedParts)];
}

const taxOf = ({ taxes = [] }: FrozenLine): number => sum(taxes.map((tax) => tax.amountMinor));

/** The ERP keeps no line numbers of ours. */
const itemParts = ({ sku = '', quantity = 0, amountMinor = 0 }: FrozenLine): RecordPart[] => [
  { name: sku, quantity },
  { name: `${sku} in money`, quantity: amountMinor },
];

function invoicedParts(line: FrozenLine): RecordPart[] {
  const { lineNo = 0, sku = null, quantity = 0, netMinor = 0 } = line;
  const name = `line ${lineNo}`;
  return [
    { name, quantity, sku },
    { name: `${name} net`, quantity: netMinor },
    { name: `${name} tax`, quantity: taxOf(line) },
  ];
}

/** What the other system's document amounts to, where the effect itself does not say. */
function amountOf(verb: OwnEffect['verb'], lines: readonly FrozenLine[]): number | null {
  if (verb === 'sales-order') return sum(lines.map((line) => line.amountMinor ?? 0));
  if (verb === 'tax-invoice') return sum(lines.map((line) => line.netMinor ?? 0));
  if (verb !== 'journal') return null;
  const debits = lines.filter((line) => line.side === 'debit');
  return sum(debits.map((line) => line.amountMinor ?? 0));
}

function ownEffect(row: EffectRow): OwnEffect[] {
  const { orderId, channelInstance, orderNo, lines: given, shipTo, ...rest } = row;
  const verb = verbOf(row.key);
  if (verb === null) return [];
  const isNamed = orderId !== null && channelInstance !== null && orderNo !== null;
  const lines = Array.isArray(given) ? given : [];
  return [
    {
      ...rest,
      verb,
      order: isNamed ? { orderId, channelInstance, orderNo } : null,
      amountMinor: row.amountMinor ?? amountOf(verb, lines),
      parts: partsOf(verb, lines),
      addressDigest: addressDigest(shipTo),
    },
  ];
}

/** Every effect of these orders, by its key. */
export async function loadEffects(
  sql: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, OwnEffect>> {
  const { rows } = await sql.query<EffectRow>({
    name: 'audit-effects',
    text: OF_ORDERS,
    values: [orderIds],
  });
  return new Map(rows.flatMap(ownEffect).map((effect) => [effect.key, effect]));
}

/** Effects that are about no order, in pages: posting batches. `since`: first called since. */
export async function* effectsWithoutOrder(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnEffect[]> {
  for await (const rows of pagesOf<EffectRow>(sql, OF_NO_ORDER, [since], EFFECTS_A_PAGE)) {
    yield rows.flatMap(ownEffect);
  }
}

/** Accounts in which effects were made since, but for these. */
export async function accountsOfEffects(
  sql: Sql,
  since: string | null,
  except: readonly string[],
): Promise<readonly { readonly account: string; readonly effects: number }[]> {
  const { rows } = await sql.query<{ account: string; effects: number }>(
    `select system as account, count(*) as effects from effect
      where system <> all ($2::text[]) and ($1::timestamptz is null or first_called_at >= $1)
      group by 1 order by 1`,
    [since, except],
  );
  return rows;
}
