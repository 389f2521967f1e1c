/** `/v1/periods…`: months, their close, and who signs it. */
import { z } from 'zod';
import { installation } from '../../canonical/installation';
import { CHECK_RULES } from '../../canonical/rules/close/checks';
import { periodIdOf } from '../../canonical/rules/close/period';
import type { Configuration } from '../../canonical/schema/configuration';
import {
  agreeToReopening,
  approveClose,
  askReopening,
  beginClose,
  prepareClose,
  sendBack,
  type PeriodAnswer,
  type PeriodDecided,
} from '../../moments/close/decide';
import { recordDecision } from '../../store/access/decisions';
import { loadPeriod } from '../../store/close/periods';
import { monthsOf } from '../../store/close/months';
import type { Sql } from '../../store/database';
import type { BodySpec, Call, KeyedRoute, RouteDescription } from '../http/route';
import { found, keyedRoute, madeBy, ok, route } from '../http/route';
import { Problem } from '../http/problem';
import { openPeriod, showPeriod } from '../period-shown';
import { MAY } from '../roles';
import {
  NoPeriodBody,
  PeriodParams,
  PeriodReasonBody,
  PeriodView,
  PreparePeriodBody,
} from '../schema/period';
import { EntityAsked } from './journals';

const TAG = 'Close';
const PATH = '/v1/periods/{entity}/{month}';

/** @throws Problem not_found for an entity that is not set up */
export async function shownPeriod(
  sql: Sql,
  { entity, month }: { readonly entity: string; readonly month: string },
  configuration: Configuration,
): Promise<PeriodView> {
  const isKnown = installation().entities.some((one) => one.entity === entity);
  found(isKnown ? entity : null, 'there is no such entity');
  const period = await loadPeriod(sql, periodIdOf(entity, month));
  return period === null ? openPeriod(entity, month) : showPeriod(period, configuration);
}

export const listPeriodsRoute = route(
  {
    method: 'get',
    path: '/v1/periods',
    tag: TAG,
    summary: 'List months that have journals, or a close',
    description: 'The newest first, the last 60 of each entity.',
    roles: MAY.readLedger,
    query: z.strictObject({ entity: EntityAsked }),
    responses: {
      200: {
        description: 'By month and entity',
        schema: z.strictObject({ items: z.array(PeriodView) }).meta({ id: 'Periods' }),
      },
    },
  },
  async ({ query: { entity = null } }, { db, configuration }) => {
    const items: PeriodView[] = [];
    for (const one of await monthsOf(db, entity)) {
      items.push(await shownPeriod(db, one, configuration));
    }
    return ok({ items });
  },
);

export const readPeriodRoute = route(
  {
    method: 'get',
    path: PATH,
    tag: TAG,
    summary: 'Read a month: its close, its checks, who signed',
    roles: MAY.readLedger,
    params: PeriodParams,
    responses: { 200: { description: 'The period', schema: PeriodView } },
  },
  async ({ params }, { db, configuration }) => ok(await shownPeriod(db, params, configuration)),
);

/** @throws Problem of the answer that is no yes */
function requireYes(answer: PeriodAnswer): 200 | 202 {
  switch (answer.outcome) {
    case 'done':
      return 200;
    case 'waits':
      return 202;
    case 'own-work':
      throw new Problem(
        'forbidden',
        'who did the one half does not do the other: it takes two people',
      );
    case 'wrong-state':
      throw new Problem('period_state', answer.detail);
    case 'not-ready': {
      const failing = answer.holding.map(({ name, finding }) => ({ name, finding }));
      const text = failing
        .map(({ name, finding }) => `“${CHECK_RULES[name].title}” does not hold: ${finding}`)
        .join('. ');
      throw new Problem('close_not_ready', text, { members: { failing } });
    }
  }
}

/** Of a month whose close has just begun, or has not. */
const NOT_YET = ['# Answered with 409 on a stack that has just started: see the state.'];

type Verb = 'close' | 'prepare' | 'approve' | 'send-back' | 'reopen' | 'approve-reopening';

/** One transaction for the decision, its record and the answer. A no is recorded nowhere. */
function periodRoute<B extends z.ZodType>(
  verb: Verb,
  described: Pick<RouteDescription, 'summary' | 'description'> & { readonly body: BodySpec<B> },
  decide: (sql: Sql, decided: PeriodDecided, body: z.infer<B>) => Promise<PeriodAnswer>,
): KeyedRoute {
  return keyedRoute(
    {
      ...described,
      path: `${PATH}/${verb}`,
      tag: TAG,
      roles: MAY.closePeriods,
      params: PeriodParams,
      responses: {
        200: { description: 'The period as it is now', schema: PeriodView },
        202: { description: 'It waits for the word of another', schema: PeriodView },
      },
      errors: ['period_state', 'close_not_ready'],
      ...(verb !== 'close' && { shell: { before: NOT_YET } }),
    },
    (call: Call<z.infer<typeof PeriodParams>, unknown, z.infer<B>>, { db, configuration }, key) =>
      db.transaction(async (sql) => {
        const { params, caller, correlationId } = call;
        await shownPeriod(sql, params, configuration);
        const of = { ...params, by: caller.label, correlationId, now: new Date() };
        const decided = { ...of, pagesUrl: configuration.PAGES_URL };
        const status = requireYes(await decide(sql, decided, call.body));
        const period = await shownPeriod(sql, params, configuration);
        const body = call.body as { readonly reason?: string };
        await recordDecision(sql, {
          ...madeBy(call),
          decisionId: key.decisionId,
          action: `period.${verb}`,
          subject: periodIdOf(params.entity, params.month),
          orderId: null,
          reason: body.reason ?? null,
          detail: {
            state: period.state,
            accepted: period.accepted,
            checks: period.checks.map(({ name, state, finding }) => ({ name, state, finding })),
          },
        });
        const answer = { status, body: period };
        await key.keep(sql, answer);
        return answer;
      }),
  );
}

const NOTHING = { schema: NoPeriodBody, mayBeEmpty: true, example: {} };

export const closePeriodRoute = periodRoute(
  'close',
  {
    summary: 'Begin to close a month',
    description:
      'It has to be over everywhere. Its checks are made, and made again every half hour; journals of it are taken until its books are locked.',
    body: NOTHING,
  },
  beginClose,
);

export const preparePeriodRoute = periodRoute(
  'prepare',
  {
    summary: 'Sign that a month may be closed',
    description:
      'The checks are made anew. What fails and may be taken as it is needs a reason; anything else that fails is a 409 `close_not_ready` with `failing`.',
    body: {
      schema: PreparePeriodBody,
      mayBeEmpty: true,
      example: { accept: { 'stock-valued': 'counted on the 2nd, booked then' } },
    },
  },
  (sql, decided, { accept = {} }) => prepareClose(sql, { ...decided, reasons: accept }),
);

export const approvePeriodRoute = periodRoute(
  'approve',
  {
    summary: 'Sign as the second person; the books are locked',
    description:
      'Not by whoever prepared it. The checks are made anew; its flow locks the books a moment later, when nothing is being posted in them.',
    body: NOTHING,
  },
  approveClose,
);

export const sendBackPeriodRoute = periodRoute(
  'send-back',
  {
    summary: 'Say no to what waits for a second person',
    description: 'A close that is prepared, or a reopening that is asked for; also by who asked.',
    body: { schema: PeriodReasonBody, example: { reason: 'the bank of the 31st is missing' } },
  },
  sendBack,
);

export const reopenPeriodRoute = periodRoute(
  'reopen',
  {
    summary: 'Ask that a closed month be opened again',
    description: 'The last one that is closed. It waits for the word of another.',
    body: { schema: PeriodReasonBody, example: { reason: 'an invoice of the month was wrong' } },
  },
  (sql, decided, { reason }) => askReopening(sql, { ...decided, reason }),
);

export const approveReopeningRoute = periodRoute(
  'approve-reopening',
  {
    summary: 'Agree, as the second person, that a month be opened again',
    description: 'Not by who asked. Journals of its days are taken again until it is closed.',
    body: NOTHING,
  },
  agreeToReopening,
);
