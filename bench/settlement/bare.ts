/** The floor: the same lines by COPY, ANALYZE, and one join to the items with their totals. */
import { openDatabase } from '../../store/database';
import { inBigTransaction } from '../../store/copy-in';
import { amountOf, chargeOf } from './seed';

const LINES_A_CHUNK = 500;

/** Milliseconds. */
export async function measureBare(url: string, run: string, count: number): Promise<number> {
  const db = openDatabase(url, { connections: 1, applicationName: 'bench-bare' });
  try {
    return await inBigTransaction(db, async (sql) => {
      const startedAt = performance.now();
      await sql.query(
        `create temp table bare_line (line_no int, words text, amount_minor bigint, item text)
           on commit drop`,
      );
      await sql.copyIn('copy bare_line from stdin', chunks(run, count));
      await sql.query('analyze bare_line');
      await sql.query(
        `select count(*), sum(b.amount_minor), sum(g.amount_minor)
           from bare_line b join journal_line g on g.dimensions ->> 'item' = b.item
          where g.dimensions ? 'item' and g.account = 'CLR'`,
      );
      return performance.now() - startedAt;
    });
  } finally {
    await db.end();
  }
}

async function* chunks(run: string, count: number): AsyncGenerator<Buffer> {
  let text = '';
  for (let n = 1; n <= count; n += 1) {
    text += `${n}\tcharge\t${amountOf(n)}\tpayment:${chargeOf(run, n)}\n`;
    if (n % LINES_A_CHUNK === 0 || n === count) {
      yield Buffer.from(text);
      text = '';
      await Promise.resolve();
    }
  }
}
