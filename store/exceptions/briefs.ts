/** What a flow or a person is told of open exceptions: the row, and what its code's rule says. */
import {
  EXCEPTION_RULES,
  offered,
  ownerOf,
  type ExceptionBrief,
  type Resolution,
} from '../../canonical/schema/exception';
import type { Sql } from '../database';
import { askedBriefOf } from './approvals';

/** A row as the statements below give it. */
export type BriefRow = Omit<
  ExceptionBrief,
  'owner' | 'resolutions' | 'isWait' | 'isEscalated' | 'asked'
> & {
  readonly isEscalated?: boolean | null;
  readonly asked?: ExceptionBrief['asked'] | null;
  readonly notOffered: readonly Resolution[];
};

export const briefOf = ({ isEscalated, asked, notOffered, ...row }: BriefRow): ExceptionBrief => ({
  ...row,
  ...(isEscalated === true && { isEscalated }),
  ...(asked && { asked }),
  owner: ownerOf(row.code),
  resolutions: offered(row.code, notOffered),
  isWait: EXCEPTION_RULES[row.code].isWait,
});

/**
 * SQL that gives, as a JSON array of rows, oldest first, what the flow of that id waits for: what is
 * open, and what was decided and not applied yet.
 */
export const briefRows = (workflowId: string): string => `
  coalesce((select jsonb_agg(jsonb_build_object(
        'exceptionId', e.exception_id, 'code', e.code, 'detail', e.detail, 'blocks', e.blocks,
        'cause', jsonb_build_object('kind', e.cause_kind, 'ref', e.cause_ref),
        'notOffered', to_jsonb(e.not_offered), 'isEscalated', e.state = 'escalated', 'asked', ${askedBriefOf('e')},
        'deadlineAt', to_char(e.deadline_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
        order by e.opened_at, e.exception_id)
      from exception e where e.workflow_id = ${workflowId}
       and (e.state <> 'resolved' or not e.is_applied)), '[]')`;

export async function briefsOf(sql: Sql, workflowId: string): Promise<ExceptionBrief[]> {
  const { rows } = await sql.query<{ briefs: BriefRow[] }>({
    name: 'briefs-of-flow',
    text: `select ${briefRows('$1')} as briefs`,
    values: [workflowId],
  });
  return rows.flatMap((row) => row.briefs.map(briefOf));
}

/** What an order waits for, and what waits of events about it; oldest first. */
export async function openBriefsOf(sql: Sql, orderId: string): Promise<ExceptionBrief[]> {
  const { rows } = await sql.query<BriefRow>(
    `select exception_id as "exceptionId", code, deadline_at as "deadlineAt", detail, blocks,
            not_offered as "notOffered", state = 'escalated' as "isEscalated",
            ${askedBriefOf('exception')} as asked
       from exception
      where state <> 'resolved' and (order_id = $1
         or event_no in (select event_no from inbox where order_id = $1))
      order by opened_at, exception_id`,
    [orderId],
  );
  return rows.map(briefOf);
}
