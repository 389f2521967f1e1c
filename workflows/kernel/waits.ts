/** Waits that pass by themselves: tried again by the clock or by a person, closed by a success. */
import { condition } from '@temporalio/workflow';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { Blocked, FlowAgenda, Wait } from '../../canonical/flows/step';
import { momentOf, type Flow } from './flow';

/** Between tries while the account is down: 1, 2, 4, 8, then 10 minutes. */
const FIRST_BACK_OFF_MS = 60_000;
const LONGEST_BACK_OFF_MS = 600_000;

export async function openWait<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  wait: Wait,
): Promise<void> {
  await momentOf(flow, () => flow.moments.openWait(wait));
}

/**
 * After what it blocked has ended. A wait may have been opened by a run before this one: the agenda
 * says whether one is open; closing one that is not changes nothing. `code`: not a wait, but this.
 */
export async function closeWaitOf<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  blocks: Blocked,
  code?: ExceptionCode,
): Promise<void> {
  const isMeant = (one: ExceptionBrief) => (code === undefined ? one.isWait : one.code === code);
  const isOpen = flow.agenda?.blockedBy.some((one) => one.blocks === blocks.text && isMeant(one));
  if (isOpen) await closeWait(flow, blocks, code);
}

export async function closeWait<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  { text }: Blocked,
  code?: ExceptionCode,
): Promise<void> {
  const end = { blocks: text, ...(code === undefined ? {} : { code }) };
  await momentOf(flow, () => flow.moments.closeWait(end));
}

/** Waits for the next try: by the clock, at a person's retry, or until it is not wanted any more. */
export async function untilRetry<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  tries: number,
  summary: string,
  isWanted: () => boolean,
): Promise<void> {
  const askedBefore = flow.retryNo;
  const delayMs = Math.min(FIRST_BACK_OFF_MS * 2 ** tries, LONGEST_BACK_OFF_MS);
  await condition(() => flow.retryNo !== askedBefore || !isWanted(), delayMs, { summary });
}
