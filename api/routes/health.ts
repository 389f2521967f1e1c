/** `/healthz`: the process answers, whatever else is down. `/readyz`: what is missing, by name. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { missingMigrations } from '../../store/readiness';
import type { ApiDependencies } from '../dependencies';
import { ok, route } from '../http/route';

/** A part that has not answered by then counts as missing; probes ask again soon. */
const CHECK_WAIT_MS = 900;

const PARTS = ['serving', 'postgres', 'migrations', 'disk', 'temporal'] as const;

const Readiness = z
  .strictObject({
    ready: z.boolean().meta({ description: 'Nothing is missing' }),
    missing: z.array(z.enum(PARTS)).meta({
      description: '`serving`: it starts or stops; `disk`: that of the database is full',
    }),
    details: z.record(z.string(), z.string()).meta({ description: 'What is wrong with each' }),
  })
  .meta({ id: 'Readiness' });

export const healthRoute = route(
  {
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    summary: 'Is the process up?',
    roles: null,
    responses: {
      200: { description: 'It answers', schema: z.strictObject({ status: z.literal('ok') }) },
    },
  },
  () => Promise.resolve(ok({ status: 'ok' })),
);

/** Null where the part is there; else what is wrong with it, in words without secrets. */
async function inTime(check: Promise<string | null>): Promise<string | null> {
  const tooLate = new AbortController();
  try {
    return await Promise.race([
      check,
      delay(CHECK_WAIT_MS, `no answer in ${CHECK_WAIT_MS} ms`, { signal: tooLate.signal }),
    ]);
  } catch {
    return 'does not answer';
  } finally {
    tooLate.abort();
  }
}

async function check({ db, flows, stage, storage }: ApiDependencies) {
  const [postgres, migrations, disk, temporal] = await Promise.all([
    inTime(db.query('select 1').then(() => null)),
    inTime(
      missingMigrations(db).then((names) =>
        names.length === 0 ? null : `not applied: ${names.join(', ')}`,
      ),
    ),
    inTime(storage.missing()),
    inTime(flows.probe().then(() => null)),
  ]);
  const serving = stage() === 'serving' ? null : stage();
  const found = { serving, postgres, migrations, disk, temporal };
  const missing = PARTS.filter((part) => found[part] !== null);
  const details = Object.fromEntries(missing.map((part) => [part, found[part]]));
  return { ready: missing.length === 0, missing, details };
}

export const readinessRoute = route(
  {
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    summary: 'Is everything there that it needs?',
    roles: null,
    responses: {
      200: { description: 'Ready', schema: Readiness },
      503: { description: 'Not ready: `missing` names what', schema: Readiness },
    },
  },
  async (_call, dependencies) => {
    const readiness = await check(dependencies);
    return { status: readiness.ready ? 200 : 503, body: readiness };
  },
);
