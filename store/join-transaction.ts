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

/** The same, but a throw rolls back only what that work wrote: the rest goes on. */
export function joinSavepoint(db: Database, sql: Sql): Database {
  return {
    ...joinTransaction(db, sql),
    async transaction(work) {
      await sql.query('savepoint joined');
      try {
        const done = await work(sql);
        await sql.query('release savepoint joined');
        return done;
      } catch (error) {
        await sql.query('rollback to savepoint joined');
        throw error;
      }
    },
  };
}
