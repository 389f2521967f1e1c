/** What runs in the workflow sandbox: small, without schemas, without Node. */
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../workers/workflow-bundle';

/** The SDK's own part is about 1.6 MB; zod alone would add 0.6 MB, and CPU to every replay. */
const MAX_BUNDLE_BYTES = 2_200_000;
const NODE_BUILT_INS = ['fs', 'net', 'http', 'crypto', 'child_process', 'path', 'os', 'stream'];

let code: string;
beforeAll(async () => {
  ({ code } = await buildWorkflowBundle());
});

/** Modules as webpack names them in its comments, without the source map at the end. */
const modules = () => {
  const [body = ''] = code.split('//# sourceMappingURL');
  return [...body.matchAll(/^\/\*\*\*\/ "([^"]+)":?/gm)].map((match) => match[1] ?? '');
};

describe('the workflow bundle', () => {
  test('holds the flows and their rules', () => {
    const names = modules();
    expect(names.some((name) => name.includes('workflows/order/order-to-cash'))).toBe(true);
    expect(names.some((name) => name.includes('workflows/posting/posting'))).toBe(true);
    expect(names.some((name) => name.includes('workflows/publishing/publishing'))).toBe(true);
  });

  test('holds no zod, no store, no connector, no activity', () => {
    const strangers = modules().filter((name) =>
      /node_modules\/zod|\/store\/|\/connectors\/|\.\/activities\/|pg\//.test(name),
    );
    expect(strangers).toEqual([]);
  });

  test('holds no built-in module of Node', () => {
    const builtIns = modules().filter((name) =>
      NODE_BUILT_INS.some((module) => name === module || name === `node:${module}`),
    );
    expect(builtIns).toEqual([]);
  });

  test('stays small', () => {
    const [body = ''] = code.split('//# sourceMappingURL');
    expect(body.length).toBeLessThan(MAX_BUNDLE_BYTES);
  });
});
