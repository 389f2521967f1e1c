// env.json: what the stack that is up told each of its processes.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const EnvFile = z.record(z.string(), z.record(z.string(), z.string()));

/** Variables by process. */
export function readEnvFile(file: string): z.infer<typeof EnvFile> {
  return EnvFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}
