/**
 * Master data as it was a moment ago, for orders that it lets through. A positive answer is safe to
 * reuse: the reservation is guarded where it is made, by the stock row itself. Whatever would hold
 * an order up is asked afresh first, so nobody is refused, and nothing waits, on old news. It takes
 * away one of the two round trips of an accept.
 */
import type { KnownValues } from '../../canonical/rules/order/judgement';
import type { Database } from '../database';
import { askMasterData, type MasterDataQuestion } from './master-data';

/** A mapping or node that was changed is used as it was for this long at the most. */
export const MASTER_DATA_AGE_MS = 2_000;
const MAX_ANSWERS = 2_000;
/** A question about more values is not likely to come again. */
const MAX_VALUES_KEPT = 20;

interface Answer {
  readonly data: KnownValues;
  readonly askedAt: number;
}
const answersOf = new WeakMap<Database, Map<string, Answer>>();

/** What was answered to the same question within the last MASTER_DATA_AGE_MS. */
export function recallMasterData(
  db: Database,
  question: MasterDataQuestion,
): KnownValues | undefined {
  const answer = answersOf.get(db)?.get(keyOf(question));
  return answer && Date.now() - answer.askedAt <= MASTER_DATA_AGE_MS ? answer.data : undefined;
}

/** Asks now, and keeps the answer for the orders that follow. */
export async function askMasterDataAfresh(
  db: Database,
  question: MasterDataQuestion,
): Promise<KnownValues> {
  const askedAt = Date.now();
  const data = await askMasterData(db, question);
  const { skus, taxCodes, gateways, stores } = question;
  const values = skus.length + taxCodes.length + gateways.length + stores.length;
  if (values > MAX_VALUES_KEPT) return data;
  const answers = answersOf.get(db) ?? new Map<string, Answer>();
  answersOf.set(db, answers);
  const key = keyOf(question);
  answers.delete(key);
  answers.set(key, { data, askedAt });
  const [oldest] = answers.keys();
  if (answers.size > MAX_ANSWERS && oldest !== undefined) answers.delete(oldest);
  return data;
}

const keyOf = ({ channelInstance, skus, taxCodes, gateways, stores }: MasterDataQuestion) =>
  JSON.stringify([channelInstance, skus, taxCodes, gateways, stores]);
