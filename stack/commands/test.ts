// npm test: every test that this machine can run; ends with the line `N passed, N failed`.
// Arguments are file filters; `--coverage` prints the coverage.
import { parseArgs } from 'node:util';
import type { TestModule } from 'vitest/node';
import { runCommand } from './run-command';

interface Tally {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

function takeModule(tally: Tally, testModule: TestModule): void {
  let tests = 0;
  for (const test of testModule.children.allTests()) {
    tests += 1;
    const result = test.result();
    if (result.state === 'passed') tally.passed += 1;
    else if (result.state === 'failed') tally.failed += 1;
    else {
      const why = (result.state === 'skipped' && result.note) || 'no reason given';
      tally.skipped.push(`skipped: ${test.fullName} (${why})`);
    }
  }
  // A file that cannot be loaded, or whose hook fails before any test ran, is a failure too.
  const isBroken = testModule.state() === 'failed';
  const showsFailure = [...testModule.children.allTests('failed')].length > 0;
  if (isBroken && (tests === 0 || !showsFailure)) tally.failed += 1;
}

async function test(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { coverage: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { startVitest } = await import('vitest/node');
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  const vitest = await startVitest('test', positionals, {
    watch: false,
    coverage: { enabled: values.coverage },
  });
  for (const testModule of vitest.state.getTestModules()) takeModule(tally, testModule);
  const strayErrors = vitest.state.getUnhandledErrors().length;
  tally.failed += strayErrors;
  await vitest.close();
  for (const line of tally.skipped) console.log(line);
  const hasPassed = tally.failed === 0 && tally.passed > 0;
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  return hasPassed ? 0 : 1;
}

runCommand(test);
