/** The stand-ins as a campaign speaks to them: their faults, their scripts, their shop. */
import { setTimeout as delay } from 'node:timers/promises';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { System } from './plan-faults';

const CALL_TIMEOUT_MS = 10_000;
const AGAIN_AFTER_MS = 250;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One call, a text as it is; an answer of any status. @throws what fetch throws where there is none */
export async function ask(
  method: string,
  url: URL,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** The same call until it is answered by a status that is final: as a client does that has no answer. */
export async function askUntil(
  call: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean,
  deadlineMs: number,
): Promise<Answer> {
  let last = 'no answer';
  while (Date.now() < deadlineMs) {
    const answer = await call().catch((error: unknown) => {
      last = String(error);
      return null;
    });
    if (answer !== null && isFinal(answer)) return answer;
    if (answer !== null) last = `${answer.status} ${answer.text}`;
    await delay(AGAIN_AFTER_MS);
  }
  throw new Error(`no answer in time; last: ${last}`);
}

/** A route of a stand-in's own, which needs no token and meets no fault. */
export function control(
  sandbox: StackJson['sandbox'],
  system: System,
  method: string,
  route: string,
  body?: unknown,
): Promise<Answer> {
  return ask(method, new URL(`/_sandbox/${route}`, sandbox[system]), body);
}
