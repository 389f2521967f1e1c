// Tests run in processes, not threads: they start servers, change environments and load natives.
import { defineConfig } from 'vitest/config';

const TEST_TIMEOUT_MS = 60_000;
/** Stacks are brought up in hooks; the first one may have to fetch Temporal. */
const HOOK_TIMEOUT_MS = 240_000;
const WORKERS_MAX = 2;

// A config file is one of the few places where a tool insists on a default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/installation.ts'],
    globalSetup: ['test/postgres/global-setup.ts'],
    pool: 'forks',
    maxWorkers: WORKERS_MAX,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: HOOK_TIMEOUT_MS,
    reporters: ['default'],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'json-summary'],
      include: [
        '{canonical,workflows,activities,moments,setup,connectors,store,workers,api,audit,sandbox,stack}/**/*.ts',
      ],
    },
  },
});
