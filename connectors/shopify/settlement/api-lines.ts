/**
 * A payout as Shopify Payments' API tells it: the payout on the first line, a balance transaction on
 * each after it, in REST's form. Whether a fee's sign is the amount's or the opposite differs by
 * type, so what was kept is what net and amount differ by, and the fee must be as much.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/payouts and …/transactions
 */
import { z } from 'zod';
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { isCurrency, parseDecimal } from '../../../canonical/rules/money/money';
import { jsonLines } from '../../report-json';
import { collectProblems, quoted, unreadable, type Problems } from '../../report-problems';

const Id = z.union([z.int(), z.string()]).transform(String);
const Payout = z.object({
  id: Id,
  date: z.iso.date(),
  currency: z.string().refine(isCurrency, 'no currency'),
  amount: z.string(),
});
const Transaction = z.object({
  id: Id,
  type: z.string(),
  currency: z.string(),
  amount: z.string(),
  fee: z.string(),
  net: z.string(),
  source_type: z.string().nullish(),
  source_order_id: Id.nullish(),
  source_order_transaction_id: Id.nullish(),
  processed_at: z.string(),
});
type Transaction = z.infer<typeof Transaction>;

/** @throws UnreadableSettlement */
export async function* readApiLines(text: AsyncIterable<string>): AsyncIterable<SettlementPart> {
  const problems = collectProblems();
  let payout: z.infer<typeof Payout> | null = null;
  for await (const { value, rowNo } of jsonLines(text)) {
    if (payout === null) {
      const first = Payout.safeParse(value);
      if (!first.success) throw unreadable('header', 'the first line is no payout', rowNo);
      payout = first.data;
      const { id: reference, currency, date: payoutDate } = payout;
      yield {
        part: 'head',
        ...{ reference, account: null, currency, payoutDate },
        ...{ periodStart: null, periodEnd: null },
      };
      continue;
    }
    const parsed = Transaction.safeParse(value);
    if (parsed.success) {
      const lines = linesOf(parsed.data, payout.currency, rowNo, problems);
      if (problems.count === 0) yield* lines;
    } else {
      const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      problems.add('row', rowNo, `the line is no balance transaction: ${fields}`);
    }
  }
  if (payout === null) throw unreadable('empty', 'the file has no lines');
  const declaredNetMinor = parseDecimal(payout.amount, payout.currency);
  if (declaredNetMinor === null) problems.add('amount', 1, `${quoted(payout.amount)} is no amount`);
  problems.refuse();
  yield { part: 'end', declaredNetMinor };
}

function linesOf(
  one: Transaction,
  currency: string,
  rowNo: number,
  problems: Problems,
): SettlementLine[] {
  if (one.currency !== currency) {
    problems.add('currency', rowNo, `${quoted(one.currency)} in a payout in ${currency}`);
    return [];
  }
  const [gross, fee, net] = [one.amount, one.fee, one.net].map((text) => {
    const minor = parseDecimal(text, currency);
    if (minor === null)
      problems.add('amount', rowNo, `${quoted(text)} is no amount of ${currency}`);
    return minor;
  });
  if (typeof gross !== 'number' || typeof fee !== 'number' || typeof net !== 'number') return [];
  const kept = net - gross;
  if (Math.abs(kept) !== Math.abs(fee))
    problems.add('row', rowNo, 'amount and net are not a fee apart');
  const occurredAt = Date.parse(one.processed_at);
  if (Number.isNaN(occurredAt))
    problems.add('date', rowNo, `${quoted(one.processed_at)} is no date`);
  if (problems.count > 0) return [];
  const line = (type: 'gross' | 'fee', amountMinor: number): SettlementLine => ({
    part: 'line',
    ...{ rowNo, lineRef: one.id, sku: null, quantity: null, transaction: null },
    words: { transaction: one.type, type, description: one.source_type ?? '' },
    amountMinor,
    orderRef: one.source_order_id ?? null,
    paymentRef: gidOf(one.source_order_transaction_id),
    occurredAt: new Date(occurredAt).toISOString(),
  });
  return [
    ...(gross !== 0 || kept === 0 ? [line('gross', gross)] : []),
    ...(kept !== 0 ? [line('fee', kept)] : []),
  ];
}

/** As the Admin API calls it where it was captured or refunded. */
const gidOf = (id: string | null | undefined): string | null =>
  id ? `gid://shopify/OrderTransaction/${id}` : null;
