// npm test: every test that this machine can run; ends with the line `N passed, N failed`.
// Arguments are file filters; `--coverage` prints the coverage.
//
// A test says why it does not run by `context.skip('why')`, a suite by its meta:
//   describe.skipIf(isMissing)('promises', { meta: { skippedBecause: 'why' } }, () => …)
import { parseArgs } from 'node:util';
import type { TestCase, TestModule, TestSuite } from 'vitest/node';
import { runCommand } from './run-command';

declare module 'vitest' {
  interface TaskMeta {
    /** Why this machine cannot run it. */
    skippedBecause?: string;
  }
}

interface Tally {
  passed: number;
  failed: number;
  /** How many tests were skipped, by the line that names their suite and the reason. */
  readonly skipped: Map<string, number>;
}

const NO_REASON = 'no reason given';

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  let task: TestCase | TestSuite | TestModule = test;
  while (task.type !== 'module') {
    const { skippedBecause } = task.meta();
    if (skippedBecause) return skippedBecause;
    task = task.parent;
  }
  return NO_REASON;
}

function takeSkipped(tally: Tally, test: TestCase): void {
  const { parent } = test;
  const suite = parent.type === 'module' ? parent.relativeModuleId : parent.fullName;
  const line = `${suite}: ${reasonOf(test)}`;
  tally.skipped.set(line, (tally.skipped.get(line) ?? 0) + 1);
}

function takeModule(tally: Tally, testModule: TestModule): void {
  let failures = 0;
  for (const test of testModule.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') tally.passed += 1;
    else if (state === 'failed') failures += 1;
    else takeSkipped(tally, test);
  }
  // A file that cannot be loaded, or whose hook fails, is a failure without a failed test.
  if (testModule.state() === 'failed' && failures === 0) failures = 1;
  tally.failed += failures;
}

async function test(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { coverage: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { startVitest } = await import('vitest/node');
  const tally: Tally = { passed: 0, failed: 0, skipped: new Map() };
  const vitest = await startVitest('test', positionals, {
    watch: false,
    coverage: { enabled: values.coverage },
  });
  for (const testModule of vitest.state.getTestModules()) takeModule(tally, testModule);
  tally.failed += vitest.state.getUnhandledErrors().length;
  await vitest.close();
  for (const [line, count] of tally.skipped) console.log(`skipped ${count}: ${line}`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

runCommand(test);
