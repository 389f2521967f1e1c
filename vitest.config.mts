// Tests run in processes, not threads: they start servers, change environments and load natives.
import { defineConfig } from 'vitest/config';

const TEST_TIMEOUT_MS = 60_000;
/** Stacks are brought up in hooks; the first one may have to fetch Temporal. */
const HOOK_TIMEOUT_MS = 240_000;
const WORKERS_MAX = 2;

/**
 * Each of their files has what it works on to itself (a cloned database, an API of its own): a
 * process reads our modules once for many of them, not 2 s anew for each. Not so where a file
 * starts a Temporal runtime, or watches the event loop.
 */
const MANY = [
  'test/{audit,canonical,connectors,docs,sandbox,setup,store,workers}/**/*.test.ts',
  'test/api/**/!(order-flow|heavy-bodies).test.ts',
];

const each = {
  setupFiles: ['test/installation.ts'],
  pool: 'forks',
  maxWorkers: WORKERS_MAX,
  testTimeout: TEST_TIMEOUT_MS,
  hookTimeout: HOOK_TIMEOUT_MS,
} as const;

// A config file is one of the few places where a tool insists on a default export.
export default defineConfig({
  test: {
    globalSetup: ['test/postgres/global-setup.ts'],
    maxWorkers: WORKERS_MAX,
    reporters: ['default'],
    // By name: those that take long begin, the small ones fill up.
    projects: [
      { test: { ...each, name: 'alone', include: ['test/**/*.test.ts'], exclude: MANY } },
      { test: { ...each, name: 'many', include: MANY, isolate: false } },
    ],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'json-summary'],
      include: [
        '{canonical,workflows,activities,moments,setup,connectors,store,workers,api,audit,sandbox,stack}/**/*.ts',
      ],
    },
  },
});
