/**
 * COPY into a table, from chunks that are made while they are sent: the driver has no COPY of its
 * own. In a transaction of its own connection, with the time that a big file takes.
 */
import { Query, type PoolClient } from 'pg';
import type { Database, Sql } from './database';

/** A statement over a big file may run this long, and its sender may be silent this long. */
const STATEMENT_LIMIT = '10min';
const SILENCE_LIMIT = '2min';
/** A sort or a hash of a whole file stays in memory: two hundred thousand lines take some 20 MB. */
const WORK_MEMORY = '64MB';

/** What the driver's connection gives a query that copies; its types do not show it. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
  readonly stream: {
    readonly writableNeedDrain: boolean;
    once(event: 'drain' | 'close', listener: () => void): void;
    off(event: 'drain' | 'close', listener: () => void): void;
  };
}

export interface CopySql extends Sql {
  /** `copy t (…) from stdin`; an error of the chunks ends it, and is thrown. */
  copyIn(text: string, chunks: AsyncIterable<Buffer>): Promise<void>;
}

/** Runs `work` in one transaction that may copy; a throw rolls all of it back. */
export async function inBigTransaction<T>(
  db: Database,
  work: (sql: CopySql) => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect();
  let broken: Error | undefined;
  const sql: CopySql = {
    query: (statement, values) => client.query(statement as string, values),
    copyIn: (text, chunks) => copyIn(client, text, chunks),
  };
  try {
    await client.query('begin');
    await client.query(`set local statement_timeout = '${STATEMENT_LIMIT}'`);
    await client.query(`set local work_mem = '${WORK_MEMORY}'`);
    await client.query(`set local idle_in_transaction_session_timeout = '${SILENCE_LIMIT}'`);
    const result = await work(sql);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollback: unknown) => {
      broken = rollback instanceof Error ? rollback : new Error(String(rollback));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

class CopyIn extends Query {
  fault: { readonly error: unknown } | null = null;

  constructor(
    text: string,
    private readonly chunks: AsyncIterable<Buffer>,
    ended: (error: Error | null | undefined) => void,
  ) {
    super(text, ended);
  }

  /** Called by the driver when the server waits for the rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    void this.send(connection);
  }

  private async send(connection: CopyConnection): Promise<void> {
    try {
      for await (const chunk of this.chunks) {
        connection.sendCopyFromChunk(chunk);
        if (connection.stream.writableNeedDrain) await drained(connection);
      }
      connection.endCopyFrom();
    } catch (error) {
      this.fault = { error };
      connection.sendCopyFail('its sender failed');
    }
  }
}

function drained({ stream }: CopyConnection): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go);
      stream.off('close', go);
      resolve();
    };
    stream.once('drain', go);
    stream.once('close', go);
  });
}

async function copyIn(
  client: PoolClient,
  text: string,
  chunks: AsyncIterable<Buffer>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const query: CopyIn = new CopyIn(text, chunks, (error) => {
      if (query.fault) reject(asError(query.fault.error));
      else if (error) reject(error);
      else resolve();
    });
    client.query(query);
  });
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
