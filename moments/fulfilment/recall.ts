/** Recall: what the warehouse has not sent yet comes back, before it is cancelled here. */
import type { Refused } from '../../canonical/ports/fault';
import type { Recalled, RecallRequest } from '../../canonical/ports/warehouse';
import type { RecallAnswer, RecallDue } from '../../canonical/flows/order';
import type { Sql } from '../../store/database';
import { finishEffect } from '../../store/effects/effects';

export function prepareRecall(due: RecallDue): RecallRequest {
  return { key: due.key, orderId: due.orderId, requestRef: due.requestKey, lines: due.lines };
}

/** The cancel that asked for it applies it; here only the answer is kept. */
export async function recordRecall(
  sql: Sql,
  due: RecallDue,
  answer: Recalled | Refused,
): Promise<RecallAnswer> {
  const isRefused = answer.outcome === 'refused';
  await finishEffect(sql, due.key, {
    state: isRefused ? 'refused' : 'done',
    reference: isRefused ? null : due.requestKey,
    answer,
  });
  return { groupNo: due.groupNo, lines: isRefused ? [] : answer.lines };
}
