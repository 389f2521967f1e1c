/** What is known of the disk of the database: full since a write was refused, until one is taken. */
import type { Logger } from 'pino';
import { hasRoom } from '../store/room';
import { isStoreFull } from '../store/away';
import type { Database } from '../store/database';

export interface Storage {
  /** Told of every error that a request ended with. */
  saw(error: unknown): void;
  /** Null where there is room, as far as is known. */
  missing(): Promise<string | null>;
}

export function watchStorage(db: Database, log: Logger): Storage {
  let isFull = false;
  return {
    saw(error) {
      if (isFull || !isStoreFull(error)) return;
      isFull = true;
      log.error('the disk of the database is full: what has to be written is answered with 503');
    },
    async missing() {
      if (!isFull) return null;
      if (!(await hasRoom(db))) return 'full: what has to be written is refused';
      isFull = false;
      log.info('the disk of the database has room again');
      return null;
    },
  };
}
