/**
 * Reads the file that describes an installation: checked whole, references to secrets and addresses
 * followed, every problem at once and with its place. What is left is one frozen value.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Installation } from '../canonical/installation';
import {
  ConfigurationError,
  readConfiguration,
  type Configuration,
} from '../canonical/schema/configuration';
import { badReferences } from './check-references';
import { setupFileSchema, type ConnectorSetups, type SetupFile } from './file-schema';
import { followReferences, sharedSecrets } from './follow-references';
import { installationOf } from './installation-of';
import { keyProblems } from './key-setups';
import { readSetupText, type Problem, type SetupText } from './setup-text';

export interface CheckedSetup {
  /** Undefined where the file has problems. */
  readonly installation: Installation | undefined;
  readonly problems: readonly Problem[];
}

/** What a process starts with. Throws a ConfigurationError: the environment's problems, then the file's. */
export function readProcess(
  env: NodeJS.ProcessEnv,
  connectors: ConnectorSetups,
): { readonly configuration: Configuration; readonly installation: Installation } {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const configuration = attempt(() => readConfiguration(env));
  const file = env['THROUGHLINE_SETUP'];
  const installation =
    file === undefined ? undefined : attempt(() => readInstallation(file, env, connectors));
  if (configuration && installation) return { configuration, installation };
  throw new ConfigurationError(problems);
}

/** Throws a ConfigurationError that lists every problem, `file:line:column` first. */
export function readInstallation(
  file: string,
  env: NodeJS.ProcessEnv,
  connectors: ConnectorSetups,
): Installation {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigurationError([`THROUGHLINE_SETUP: ${file} cannot be read`]);
  }
  const { installation, problems } = checkSetup(source, env, connectors);
  if (installation) return installation;
  throw new ConfigurationError(
    problems.map(({ line, column, text }) => `${file}:${line}:${column} ${text}`),
  );
}

/** Everything that is wrong with a file's text, in the order of its lines; or the installation. */
export function checkSetup(
  source: string,
  env: NodeJS.ProcessEnv,
  connectors: ConnectorSetups,
): CheckedSetup {
  const text = readSetupText(source);
  if (text.syntaxProblems.length > 0) {
    return { installation: undefined, problems: text.syntaxProblems };
  }
  const parsed = setupFileSchema(connectors).safeParse(text.content ?? {}, {
    error: (issue) =>
      issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined,
  });
  const shape = parsed.success ? [] : shapeProblems(text, parsed.error.issues);
  // Names are looked at in what could be read, so that one mistake does not hide another.
  const file = parsed.success ? parsed.data : readablePart(text.content);
  const place = (one: Problem) => `${one.line}:${one.column}`;
  const broken = new Set(shape.map(place));
  const references = followReferences(text, file, env);
  const named = [
    ...badReferences(file, connectors),
    ...keyProblems(file),
    ...sharedSecrets(file, connectors, references.values.accounts),
  ];
  const names = named.map(({ path, text: what, part }) => text.problemAt(path, what, part));
  const more = [...names, ...references.problems].filter((one) => !broken.has(place(one)));
  const problems = [...shape, ...more].sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.length > 0) return { installation: undefined, problems };
  return { installation: installationOf(file, connectors, references.values), problems };
}

function shapeProblems(text: SetupText, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n');
      return issue.keys.map((key, index) =>
        text.problemAt([...issue.path, key], lines[index] ?? issue.message, 'key'),
      );
    }
    if (issue.code === 'invalid_key') {
      const [first] = issue.issues;
      return [text.problemAt(issue.path, first?.message ?? issue.message, 'key')];
    }
    return [text.problemAt(issue.path, issue.message)];
  });
}

/** The entries that are objects at all; their fields are only compared with names. */
function readablePart(content: unknown): SetupFile {
  const { entities, accounts, channels, nodes, keys, teams, policies, ...money } =
    asObject(content);
  const entries = (value: unknown) =>
    Object.fromEntries(Object.entries(asObject(value)).map(([key, one]) => [key, asObject(one)]));
  const shown = {
    entities: entries(entities),
    accounts: entries(accounts),
    channels: Object.fromEntries(
      Object.entries(entries(channels)).map(([key, one]) => [
        key,
        { ...one, money: asObject(one['money']) },
      ]),
    ),
    nodes: entries(nodes),
    keys: entries(keys),
    teams: entries(teams),
    settlements: entries(money['settlements']),
    banks: entries(money['banks']),
    feeds: entries(money['feeds']),
    policies: entries(policies),
  };
  return shown as unknown as SetupFile;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
