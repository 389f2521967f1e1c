/** What a counter is told of a press, a preview or a search that was not possible. */
import { z } from 'zod';
import type { CounterLine } from '../../../store/returns/return-story';
import type { Answer } from '../../http/keyed';
import { Problem, toProblem } from '../../http/problem';
import { refusalWords } from '../returns/return-words';
import { isFromScript, type StoreCall } from '../store/store-call';
import type { Notice } from './counter-home';

const WORDS: Readonly<Record<string, string>> = {
  idempotency_key_reused: 'This form was sent before. Open the order again to see how it stands.',
  idempotency_in_progress: 'It is being done already.',
  rate_limited: 'Too much at once. Wait a little and try again.',
};

const Refused = z.object({ code: z.string(), detail: z.string() });
const Taken = z.object({ rma: z.string() });

/** The return that a press was about. @throws Problem as the key was answered the first time */
export function rmaOfAnswer({ status, body }: Answer): string {
  if (status < 400) return Taken.parse(body).rma;
  const { code, detail } = Refused.parse(body);
  throw new Problem(code as Problem['code'], detail);
}

/** Lines are called by what lies on the counter. */
function words({ code, detail, errors }: Problem, lines: readonly CounterLine[]): string {
  const known = WORDS[code];
  if (known !== undefined) return known;
  const said = errors.length === 0 ? [detail] : errors.map((error) => error.detail);
  const named = said.map((text) => {
    const lineNo = /^\d+ of line (\d+)/.exec(text)?.[1];
    const name = lines.find((line) => String(line.lineNo) === lineNo)?.name;
    return name === undefined ? text : `${name}: ${refusalWords(text)}`;
  });
  const text = named.join('. ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Runs `work`; what it cannot is said to the page's script, or shown by `refused`. */
export async function answering(
  call: StoreCall,
  work: () => Promise<void>,
  {
    lines,
    refused,
  }: {
    readonly lines: () => Promise<readonly CounterLine[]>;
    readonly refused: (status: number, notice: Notice) => Promise<void>;
  },
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = toProblem(error);
    if (problem.status >= 500) throw error;
    const { response } = call;
    response.locals['problem'] = problem.code;
    const text = words(problem, await lines());
    if (!isFromScript(call)) return refused(problem.status, { text, isProblem: true });
    sayToScript(call, { text }, problem.status);
  }
}

export function sayToScript({ response }: StoreCall, said: object, status = 200): void {
  response.setHeader('Cache-Control', 'no-store');
  response.status(status).json(said);
}
