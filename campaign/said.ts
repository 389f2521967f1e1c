/** I8 and I9: what was written where a person, or a thief, may read it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { Difference } from './books';
import { BUYER } from './sell';

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}

/** Names of what is looked for, never the values: they go into a report. */
function secretsOf({ keys, webhooks }: StackJson): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(BUYER).map(([name, value]) => [`the buyer's ${name}`, value] as const),
    ...Object.entries(keys).map(([role, key]) => [`the key of ${role}`, key] as const),
    ...Object.entries(webhooks).map(
      ([connector, { secret }]) => [`the webhook secret of ${connector}`, secret] as const,
    ),
  ];
}

/** @param home of the stack: its logs, and the database of its Temporal */
export function checkWhatIsSaid(home: string, json: StackJson): readonly Difference[] {
  const secrets = secretsOf(json);
  const files = [
    ...filesBelow(path.join(home, 'logs')),
    ...filesBelow(path.join(home, 'temporal')),
  ].map((file) => [path.relative(home, file), readFileSync(file)] as const);
  const nondeterminism = files
    .filter(([name, bytes]) => name.startsWith('logs') && /TMPRL1100/.test(bytes.toString('utf8')))
    .map(([name]) => ({
      invariant: 'I8',
      detail: `${name} tells of a history that does not replay`,
    }));
  const told = files.flatMap(([name, bytes]) =>
    secrets
      .filter(([, value]) => bytes.includes(value))
      .map(([what]) => ({ invariant: 'I9', detail: `${name} holds ${what}` })),
  );
  return [...nondeterminism, ...told];
}
