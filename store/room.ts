/** Is there room on the disk of the database? Asked once something was refused for want of it. */
import { isStoreFull } from './away';
import type { Database } from './database';

/** Of a kilobyte and a half: more than the free space that tables have within themselves. */
const ROWS = 1_000;

class Enough extends Error {}

/** Writes some pages and takes them back. */
export async function hasRoom(db: Database): Promise<boolean> {
  try {
    await db.transaction(async (sql) => {
      await sql.query(
        `create table room_probe as
         select repeat(md5(no::text), 48) as text from generate_series(1, ${ROWS}) as no`,
      );
      throw new Enough();
    });
  } catch (error) {
    if (error instanceof Enough) return true;
    if (!isStoreFull(error)) throw error;
  }
  return false;
}
