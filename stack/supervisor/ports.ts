// Ports of 127.0.0.1: the preferred one, else the next that is free. Two stacks that start at the
// same time would both find the same port free, so a port is also claimed by a file that names the
// claiming process.
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type HeldLock, takeLock } from './lock';

const TRIES_MAX = 300;
const SHARED_FOLDER_MODE = 0o1777;

/** A port that is ours until it is released. */
export interface ClaimedPort {
  readonly port: number;
  /** The claim's file and what is in it, to be removed if this process cannot do so itself. */
  readonly claimFile: string;
  readonly content: string;
  readonly release: () => void;
}

/** Said once: whoever gets another temporary folder later on claims where all others do. */
const CLAIMS_FOLDER = path.join(os.tmpdir(), `throughline-ports-${os.userInfo().uid}`);

function claimsFolder(): string {
  mkdirSync(CLAIMS_FOLDER, { recursive: true, mode: SHARED_FOLDER_MODE });
  return CLAIMS_FOLDER;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/**
 * Claims `preferred` or the next free port above it.
 * @throws Error when none of the next 300 is free.
 */
export async function claimPort(preferred: number): Promise<ClaimedPort> {
  const folder = claimsFolder();
  for (let port = preferred; port < preferred + TRIES_MAX && port < 65_536; port += 1) {
    const claimFile = path.join(folder, String(port));
    let claim: HeldLock;
    try {
      claim = takeLock(claimFile, folder);
    } catch {
      continue;
    }
    if (await isFree(port)) return { port, claimFile, ...claim };
    claim.release();
  }
  throw new Error(`No free port between ${preferred} and ${preferred + TRIES_MAX}`);
}
