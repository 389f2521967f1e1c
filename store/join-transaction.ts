/** A moment inside a transaction that is open already: what it writes commits with the rest. */
import type { Database, Sql } from './database';

/** A database whose transactions are the given one: a throw rolls all of that back. */
export function joinTransaction(db: Database, sql: Sql): Database {
  return {
    pool: db.pool,
    query: (statement, values) => sql.query(statement, values),
    transaction: (work) => work(sql),
    end: () => db.end(),
  };
}
