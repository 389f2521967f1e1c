/** Decisions by people and channels: each is answered with its result, and the same twice is one. */
import { ApplicationFailure } from '@temporalio/common';

/** Answers kept in the flow; an older decision is answered by Postgres, which knows them all. */
const MAX_RESULTS_KEPT = 50;
const MAX_DECISION_ID_CHARS = 200;

/** Thrown by validators: a rejected update leaves no trace in history. */
export function refuseMalformed({ decisionId }: { readonly decisionId: string }): void {
  if (!decisionId || decisionId.length > MAX_DECISION_ID_CHARS) {
    throw ApplicationFailure.nonRetryable('A decision needs an id', 'invalid_request');
  }
}

/** The same decision while it runs, or soon after, has the same answer. */
export function onceEach<T>(): (decisionId: string, decide: () => Promise<T>) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (decisionId, decide) => {
    const known = results.get(decisionId);
    if (known) return known;
    const result = decide();
    results.set(decisionId, result);
    // A decision that failed may be taken again under its id.
    result.catch(() => results.delete(decisionId));
    const [oldest] = results.keys();
    if (results.size > MAX_RESULTS_KEPT && oldest !== undefined) results.delete(oldest);
    return result;
  };
}
