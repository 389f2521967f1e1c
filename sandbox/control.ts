/** The routes under `/_sandbox/` that every stand-in has: records, faults, script. */
import { z } from 'zod';
import { faultSchema, type FaultBoard } from './faults';
import { readInput, readJson, type InputError } from './input';
import { outboundTable, type Outbound } from './outbound';
import { LIST_LIMIT_MAX, shownRecord } from './records';
import type { Answer, Call, Route, SandboxContext, VendorSystem } from './system';

const PROBLEM_TYPE = { 'content-type': 'application/problem+json' };

/** RFC 9457. */
export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: readonly unknown[],
): Answer {
  const body = { type: 'about:blank', title: code, status, code, detail, errors };
  return { status, headers: PROBLEM_TYPE, body };
}

export function invalidInput(errors: readonly InputError[]): Answer {
  return problem(422, 'invalid_input', `${errors.length} problem(s)`, errors);
}

/** The call's body with a schema, or the answer that names what is wrong with it. */
export function readCall<T>(
  schema: z.ZodType<T>,
  call: Call,
): { ok: true; value: T } | { ok: false; answer: Answer } {
  const json = readJson(call.text === '' ? '{}' : call.text);
  if (!json) return { ok: false, answer: problem(400, 'invalid_json', 'the body is not JSON') };
  const read = readInput(schema, json.value);
  return read.ok ? read : { ok: false, answer: invalidInput(read.errors) };
}

const filterSchema = z.object({
  reference: z.string().optional(),
  orderId: z.string().optional(),
  parentId: z.string().optional(),
  throughlineKey: z.string().optional(),
  updatedSince: z.iso.datetime().optional(),
  after: z.string().optional(),
  fields: z
    .string()
    .transform((names) => names.split(','))
    .optional(),
  limit: z.coerce.number().int().min(1).max(LIST_LIMIT_MAX).optional(),
  offset: z.coerce.number().int().min(0).optional(),
});

function recordRoutes(system: VendorSystem, context: SandboxContext): Route[] {
  // Its own webhooks are among what a system remembers; the table is shared by all of them.
  const kinds = { ...system.kinds, webhooks: outboundTable };
  const list = async (call: Call): Promise<Answer> => {
    const name = (call.params['kind'] ?? '').replaceAll('-', '_');
    const table = Object.entries(kinds).find(([kind]) => kind === name)?.[1];
    if (!table) {
      const names = Object.keys(kinds).join(', ');
      return problem(404, 'unknown_kind', `${system.name} keeps: ${names}`);
    }
    const filter = readInput(filterSchema, Object.fromEntries(call.url.searchParams));
    if (!filter.ok) return invalidInput(filter.errors);
    const own = table === outboundTable ? { parentId: system.name } : {};
    const records = await table.list(context.pool, { ...filter.value, ...own });
    return { status: 200, body: { items: records.map(shownRecord) } };
  };
  return [
    {
      method: 'GET',
      path: '/_sandbox/records',
      run: () => Promise.resolve({ status: 200, body: { kinds: Object.keys(kinds) } }),
    },
    { method: 'GET', path: '/_sandbox/records/{kind}', run: list },
  ];
}

function faultRoutes(board: FaultBoard): Route[] {
  const clear = (call: Call): Promise<Answer> => {
    const deleted = board.clear(call.params['id']);
    return Promise.resolve({ status: 200, body: { deleted } });
  };
  return [
    {
      method: 'POST',
      path: '/_sandbox/faults',
      run(call) {
        const read = readCall(faultSchema, call);
        if (!read.ok) return Promise.resolve(read.answer);
        const id = board.program(read.value);
        if (id) return Promise.resolve({ status: 201, body: { id } });
        return Promise.resolve(problem(409, 'too_many_faults', 'delete some first'));
      },
    },
    {
      method: 'GET',
      path: '/_sandbox/faults',
      run: () =>
        Promise.resolve({ status: 200, body: { items: board.list(), held: board.held() } }),
    },
    { method: 'DELETE', path: '/_sandbox/faults', run: clear },
    { method: 'DELETE', path: '/_sandbox/faults/{id}', run: clear },
  ];
}

function scriptRoutes(system: VendorSystem, outbound: Outbound): Route[] {
  const shown = (): Promise<Answer> =>
    Promise.resolve({ status: 200, body: system.script.shown() });
  return [
    { method: 'GET', path: '/_sandbox/script', run: shown },
    {
      method: 'POST',
      path: '/_sandbox/script',
      run(call) {
        const read = readCall(z.unknown(), call);
        if (!read.ok) return Promise.resolve(read.answer);
        const errors = system.script.set(read.value);
        if (errors.length > 0) {
          return Promise.resolve(problem(422, 'invalid_input', 'the script is not valid', errors));
        }
        outbound.wake();
        return shown();
      },
    },
    {
      method: 'DELETE',
      path: '/_sandbox/script',
      run() {
        system.script.reset();
        return shown();
      },
    },
  ];
}

/** All of them, with the system's own. */
export function controlRoutes(
  system: VendorSystem,
  board: FaultBoard,
  context: SandboxContext,
): Route[] {
  return [
    ...system.controlRoutes,
    ...recordRoutes(system, context),
    ...faultRoutes(board),
    ...scriptRoutes(system, context.outbound),
  ];
}
