// What is looked at before anything is started: a start that cannot end well says so within seconds.
import { statfsSync } from 'node:fs';
import net from 'node:net';

/** Postgres, Temporal and logs write this much within minutes. */
const FREE_BYTES_MIN = 256 * 1024 ** 2;
const ANSWER_LIMIT_MS = 3_000;

/** Something that the stack stands on is not there. */
export class NotUsableError extends Error {
  override readonly name = 'NotUsableError';
}

/** @throws NotUsableError where the disk of that folder is full, or nearly */
export function requireDisk(folder: string, freeBytesMin = FREE_BYTES_MIN): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= freeBytesMin) return;
  const mebibytes = (bytes: number): number => Math.floor(bytes / 1024 ** 2);
  throw new NotUsableError(
    `The disk of ${folder} is full: ${mebibytes(free)} MiB are free, ` +
      `${mebibytes(freeBytesMin)} are needed. Nothing was started.`,
  );
}

/**
 * Whether somebody listens there, who need not be who is meant.
 * @throws NotUsableError where nobody does within 3 s
 */
export function requireServer(what: string, address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout: ANSWER_LIMIT_MS });
    const fail = (why: string): void => {
      socket.destroy();
      reject(new NotUsableError(`${what} does not answer: ${why}`));
    };
    socket.once('timeout', () => fail(`no connection within ${ANSWER_LIMIT_MS} ms`));
    socket.once('error', (error) => fail(error.message));
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
