/** A payout as it is fetched from the API: its object on the first line, what it pays on the rest. */
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { isCurrency } from '../../../canonical/rules/money/money';
import { jsonLines } from '../../report-json';
import { collectProblems, quoted, unreadable, type Problems } from '../../report-problems';
import { fromStripeAmount } from '../amount';
import { StripeBalanceTransaction, StripePayout } from './api-objects';

const MS_PER_SECOND = 1_000;

/** @throws UnreadableSettlement */
export async function* readApiLines(text: AsyncIterable<string>): AsyncIterable<SettlementPart> {
  const problems = collectProblems();
  let currency: string | null = null;
  let declared = 0;
  for await (const { value, rowNo } of jsonLines(text)) {
    if (currency === null) {
      const payout = StripePayout.safeParse(value);
      if (!payout.success) throw unreadable('header', 'the first line is no payout', rowNo);
      const { id: reference, amount, arrival_date, currency: code } = payout.data;
      currency = code.toUpperCase();
      if (!isCurrency(currency)) throw unreadable('currency', `${quoted(code)} is none`, rowNo);
      declared = fromStripeAmount(amount, currency);
      const payoutDate = instant(arrival_date).slice(0, 'yyyy-mm-dd'.length);
      yield {
        part: 'head',
        ...{ reference, account: null, currency, payoutDate },
        ...{ periodStart: null, periodEnd: null },
      };
      continue;
    }
    const lines = linesOf(value, currency, rowNo, problems);
    if (problems.count === 0) yield* lines;
  }
  if (currency === null) throw unreadable('empty', 'the file has no lines');
  problems.refuse();
  yield { part: 'end', declaredNetMinor: declared };
}

const instant = (seconds: number): string => new Date(seconds * MS_PER_SECOND).toISOString();

function linesOf(
  object: unknown,
  currency: string,
  rowNo: number,
  problems: Problems,
): SettlementLine[] {
  const parsed = StripeBalanceTransaction.safeParse(object);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    problems.add('row', rowNo, `the line is no balance transaction: ${fields}`);
    return [];
  }
  const { data: one } = parsed;
  if (one.currency.toUpperCase() !== currency) {
    problems.add('currency', rowNo, `${quoted(one.currency)} in a payout in ${currency}`);
  }
  if (one.amount - one.fee !== one.net) {
    problems.add('row', rowNo, 'amount less fee is not net');
  }
  const line = (type: 'gross' | 'fee', amount: number): SettlementLine => ({
    part: 'line',
    ...{ rowNo, lineRef: one.id, sku: null, quantity: null },
    words: { transaction: one.reporting_category, type, description: one.description ?? '' },
    amountMinor: fromStripeAmount(amount, currency),
    transaction: type === 'gross' ? transactionOf(one, currency) : null,
    ...refsOf(one),
    occurredAt: instant(one.created),
  });
  return [
    ...(one.amount !== 0 || one.fee === 0 ? [line('gross', one.amount)] : []),
    ...(one.fee !== 0 ? [line('fee', -one.fee)] : []),
  ];
}

function refsOf({
  source,
}: StripeBalanceTransaction): Pick<SettlementLine, 'orderRef' | 'paymentRef'> {
  if (source === null || source === undefined) return { orderRef: null, paymentRef: null };
  if (typeof source === 'string') return { orderRef: null, paymentRef: source };
  return {
    orderRef: source.metadata?.order_id ?? null,
    // A refund and a dispute are of a charge: that is what our books call the payment.
    paymentRef: source.charge ?? source.id,
  };
}

/** What the buyer was charged, where it was in another currency. */
function transactionOf(
  { source, amount }: StripeBalanceTransaction,
  currency: string,
): SettlementLine['transaction'] {
  if (typeof source !== 'object' || !source?.currency || source.amount === undefined) return null;
  const charged = source.currency.toUpperCase();
  if (charged === currency || !isCurrency(charged)) return null;
  const minor = fromStripeAmount(source.amount, charged);
  return { currency: charged, amountMinor: amount < 0 ? -minor : minor };
}
