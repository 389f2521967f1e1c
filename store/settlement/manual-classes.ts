/** What a person says that lines are which no rule names: kept until it is posted. */
import { classesOf } from '../../canonical/rules/settlement/classes';
import type { SettlementClass } from '../../canonical/ports/settlement';
import type { Sql } from '../database';

/** Lines by their numbers, or all that carry these words. */
export interface ManualClass {
  readonly class: SettlementClass;
  readonly lineNos?: readonly number[] | undefined;
  readonly words?:
    | {
        readonly transaction?: string | undefined;
        readonly type?: string | undefined;
        readonly description?: string | undefined;
      }
    | undefined;
}

/** What was said before and not posted is said anew. Gives how many lines are meant. */
export async function sayClasses(
  sql: Sql,
  settlementId: string,
  said: readonly ManualClass[],
  by: { readonly actor: string; readonly reason: string },
): Promise<number> {
  await sql.query(`delete from settlement_manual_class where settlement_id = $1 and kind is null`, [
    settlementId,
  ]);
  let lines = 0;
  for (const { class: lineClass, lineNos, words = {} } of said) {
    const { rowCount } = await sql.query(
      `insert into settlement_manual_class (settlement_id, line_no, class, reason, said_by)
       select l.settlement_id, l.line_no, $2, $3, $4 from settlement_line l
        where l.settlement_id = $1 and l.class = any($5)
          and ($6::int[] is null or l.line_no = any($6))
          and ($7::text is null or l.word_transaction = $7)
          and ($8::text is null or l.word_type = $8)
          and ($9::text is null or l.word_description = $9)
          and not exists (select from settlement_match m where m.settlement_id = $1
                and m.line_no = l.line_no and m.written_off_minor <> 0)
       on conflict (settlement_id, line_no) do nothing`,
      [
        ...[settlementId, lineClass, by.reason, by.actor, classesOf('suspense')],
        ...[lineNos ?? null, words.transaction ?? null, words.type ?? null],
        words.description ?? null,
      ],
    );
    lines += rowCount ?? 0;
  }
  return lines;
}

export interface SaidTotal {
  readonly class: SettlementClass;
  readonly amountMinor: number;
}

/** Of what was said and is not posted. */
export async function saidTotals(sql: Sql, settlementId: string): Promise<SaidTotal[]> {
  const { rows } = await sql.query<SaidTotal>(
    `select c.class, sum(l.amount_minor)::bigint as "amountMinor"
       from settlement_manual_class c join settlement_line l using (settlement_id, line_no)
      where c.settlement_id = $1 and c.kind is null group by 1 order by 1`,
    [settlementId],
  );
  return rows;
}

/** The lines are of that class from now on; their words stay as the vendor wrote them. */
export async function applySaid(
  sql: Sql,
  settlementId: string,
  lineClass: SettlementClass,
  kind: string,
): Promise<void> {
  await sql.query(
    `with said as (
       update settlement_manual_class set kind = $3
        where settlement_id = $1 and class = $2 and kind is null returning line_no)
     update settlement_line l set class = $2 from said s
      where l.settlement_id = $1 and l.line_no = s.line_no`,
    [settlementId, lineClass, kind],
  );
}
