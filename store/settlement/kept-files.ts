/** Reports as they came: kept in parts, so that no process ever holds a whole one. */
import { createHash } from 'node:crypto';
import { sqlState, type Database, type Sql } from '../database';
import { newId } from '../ids';

/** A part in the database; what is read at a time. */
const PART_BYTES = 1_048_576;
/** A receiving that has not ended by then was cut off. */
const CUT_OFF_AFTER = '1 day';

export interface ReceivedFile {
  readonly source: string;
  readonly account: string;
  readonly receivedBy: string;
}

export class FileTooLarge extends Error {
  override readonly name = 'FileTooLarge';
}

export type KeptFile =
  | { readonly outcome: 'kept'; readonly fileId: string; readonly sha256: string }
  | { readonly outcome: 'known'; readonly fileId: string; readonly sha256: string };

/**
 * Keeps the bytes while they come. The same bytes of the account are known and not kept twice.
 * @throws FileTooLarge above `limitBytes`, and what the bytes' sender throws; nothing is kept then
 */
export async function keepFile(
  db: Database,
  of: ReceivedFile,
  bytes: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<KeptFile> {
  const fileId = newId('fil');
  await db.query(
    `delete from settlement_file
      where sha256 is null and received_at < now() - interval '${CUT_OFF_AFTER}'`,
  );
  await db.query(
    `insert into settlement_file (file_id, source, account, received_by) values ($1, $2, $3, $4)`,
    [fileId, of.source, of.account, of.receivedBy],
  );
  try {
    const { sha256, sizeBytes } = await keepParts(db, fileId, bytes, limitBytes);
    const known = await fileOf(db, of, sha256);
    if (known === null && (await finish(db, fileId, sha256, sizeBytes))) {
      return { outcome: 'kept', fileId, sha256 };
    }
    await forget(db, fileId);
    return { outcome: 'known', fileId: known ?? (await fileOf(db, of, sha256)) ?? '', sha256 };
  } catch (error) {
    await forget(db, fileId).catch(() => undefined);
    throw error;
  }
}

/** False where somebody kept the same bytes meanwhile. */
async function finish(
  db: Database,
  fileId: string,
  sha256: string,
  sizeBytes: number,
): Promise<boolean> {
  try {
    await db.query(`update settlement_file set sha256 = $2, size_bytes = $3 where file_id = $1`, [
      fileId,
      sha256,
      sizeBytes,
    ]);
    return true;
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) return false;
    throw error;
  }
}
const UNIQUE_VIOLATION = '23505';

async function keepParts(
  db: Database,
  fileId: string,
  bytes: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<{ readonly sha256: string; readonly sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let partNo = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const write = async () => {
    if (pendingBytes === 0) return;
    partNo += 1;
    await db.query({
      name: 'keep-part',
      text: `insert into settlement_file_part (file_id, part_no, bytes) values ($1, $2, $3)`,
      values: [fileId, partNo, Buffer.concat(pending)],
    });
    pending = [];
    pendingBytes = 0;
  };
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw new FileTooLarge(`more than ${limitBytes} bytes`);
    hash.update(chunk);
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes >= PART_BYTES) await write();
  }
  await write();
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function forget(db: Database, fileId: string): Promise<void> {
  await db.query(`delete from settlement_file where file_id = $1 and sha256 is null`, [fileId]);
}

async function fileOf(db: Database, of: ReceivedFile, sha256: string): Promise<string | null> {
  const { rows } = await db.query<{ file_id: string }>(
    `select file_id from settlement_file where source = $1 and account = $2 and sha256 = $3`,
    [of.source, of.account, sha256],
  );
  return rows[0]?.file_id ?? null;
}

/** The bytes again, a part at a time. */
export async function* keptBytes(sql: Sql, fileId: string): AsyncGenerator<Uint8Array> {
  for (let partNo = 1; ; partNo += 1) {
    const { rows } = await sql.query<{ bytes: Buffer }>({
      name: 'kept-part',
      text: `select bytes from settlement_file_part where file_id = $1 and part_no = $2`,
      values: [fileId, partNo],
    });
    const [part] = rows;
    if (part === undefined) return;
    yield part.bytes;
  }
}
