/**
 * The workflows' bundle: a prebuilt one where WORKFLOW_BUNDLE_PATH names it, else built from the
 * sources and kept by their hash, so that the next start of the same sources does without.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { version as sdkVersion } from '@temporalio/worker/package.json';

const ROOT = join(__dirname, '..');
/** Folders that workflow code is made of. */
const SOURCES = ['workflows', 'canonical'];
const CACHE = join(ROOT, 'node_modules', '.cache', 'throughline');
const ENTRY = join(ROOT, 'workflows', 'all-flows');
const ENTRY_PATH = `${ENTRY}${existsSync(`${ENTRY}.ts`) ? '.ts' : '.js'}`;

export async function loadWorkflowBundle(env: NodeJS.ProcessEnv): Promise<WorkflowBundleOption> {
  const prebuilt = env['WORKFLOW_BUNDLE_PATH'];
  if (prebuilt) return { codePath: prebuilt };
  const codePath = join(CACHE, `workflows-${sourcesHash()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await buildWorkflowBundle();
  try {
    // Whole or not at all: two workers may start at the same time.
    const partial = `${codePath}.${process.pid}`;
    mkdirSync(dirname(codePath), { recursive: true });
    writeFileSync(partial, code);
    renameSync(partial, codePath);
    return { codePath };
  } catch {
    return { code };
  }
}

/** Loaded once for all flows of a worker's thread, not once for each: no module of ours has a state. */
export function buildWorkflowBundle(
  workflowsPath: string = ENTRY_PATH,
): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ workflowsPath, preloadModules: [workflowsPath], logger: quiet });
}

const nothing = () => undefined;
/** webpack's own report is no log line of ours; its errors are thrown. */
const quiet = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};

function sourcesHash(): string {
  const hash = createHash('sha256').update(sdkVersion).update(readFileSync(__filename));
  for (const folder of SOURCES) {
    const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|js)$/.test(file))
      .sort();
    for (const file of files) hash.update(file).update(readFileSync(join(ROOT, folder, file)));
  }
  return hash.digest('hex').slice(0, 24);
}
