/**
 * How often an effect was definitely refused: each try has a key of its own (`key`, `key:2`,
 * `key:3` …), and the next one must be new however many there were.
 */

/**
 * SQL for the number of refused tries of the effect whose first key is the expression `firstKey`:
 * one look-up by primary key for each try and one more.
 */
export function refusalsOf(firstKey: string): string {
  return `(with recursive tries (refused) as (
             select 0
             union all
             select refused + 1 from tries
              where exists (select from effect e
                     where e.state = 'refused' and e.effect_key = ${firstKey} ||
                           case when refused = 0 then '' else ':' || (refused + 1) end))
           select max(refused) from tries)`;
}
