/**
 * The moment in which what is overdue becomes escalated: marked, counted, shown by its flow, and
 * told to its owner's team by a message. Four statements and one transaction for a set of them;
 * each message has its key from the exception, its opening and its step, so that it is sent once.
 */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import type { TeamMessage } from '../../canonical/ports/notification';
import { formatMoney } from '../../canonical/rules/money/money';
import { ERROR_CODES } from '../../canonical/schema/error-codes';
import { teamOf, teams } from '../../canonical/installation';
import type { Database } from '../../store/database';
import {
  countEscalated,
  markOverdue,
  showEscalated,
  type OverdueException,
} from '../../store/exceptions/escalations';
import { enqueue, type OutboxMessage } from '../../store/outbox/outbox';

export interface EscalationSettings {
  /** Where people decide; a message links there where it is known. */
  readonly pagesUrl: string | undefined;
}

/** Gives what was escalated; fewer than `limit`: there is no more. */
export function escalateOverdue(
  db: Database,
  { pagesUrl }: EscalationSettings,
  limit: number,
): Promise<readonly OverdueException[]> {
  return db.transaction(async (sql) => {
    const told = teams().map(({ team }) => team);
    const overdue = await markOverdue(sql, told, limit);
    if (overdue.length === 0) return overdue;
    await enqueue(
      sql,
      overdue.flatMap((one) => messageOf(one, pagesUrl)),
    );
    await showEscalated(
      sql,
      overdue.map(({ exceptionId }) => exceptionId),
    );
    await countEscalated(sql, overdue);
    return overdue;
  });
}

/** Ids and amounts only: what the exception says of an order stays where it is. */
function messageOf(overdue: OverdueException, pagesUrl: string | undefined): OutboxMessage[] {
  const team = teamOf(overdue.owner);
  if (!team) return [];
  const { exceptionId, code, opening, step, deadlineAt, moneyMinor, currency } = overdue;
  const key = effectKey.notifyTeam(exceptionId, opening, step);
  const { channel, to } = team;
  const body: TeamMessage = {
    key,
    channel,
    to,
    template: 'exception-escalated',
    variables: {
      exceptionId,
      code,
      title: ERROR_CODES[code].title,
      step: String(step),
      deadlineAt,
      ...(moneyMinor !== null && currency !== null && { money: formatMoney(moneyMinor, currency) }),
      ...(pagesUrl !== undefined && { url: `${pagesUrl}/exceptions/${exceptionId}` }),
    },
  };
  const destination = `notification.${team.notifier}`;
  const correlationId = overdue.correlationId ?? exceptionId;
  return [{ destination, verb: 'sendMessage', effectKey: key, orderId: null, body, correlationId }];
}
