/** `/v1/return-reserves`: what is set aside for goods that may come back, and its true-up (rule 16). */
import { z } from 'zod';
import { channelSetup } from '../../canonical/installation';
import { cohortName } from '../../canonical/rules/posting/cohort';
import { monthOf, periodIdOf } from '../../canonical/rules/close/period';
import { BusinessDate, ChannelInstance } from '../../canonical/schema/ids';
import { Amount } from '../../canonical/schema/money';
import { trueUpReserves } from '../../moments/money/true-up';
import { recordDecision } from '../../store/access/decisions';
import { loadPeriod } from '../../store/close/periods';
import { readPools } from '../../store/ledger/return-pools';
import { withAmounts } from '../amounts';
import { Problem } from '../http/problem';
import { keyedRoute, madeBy, ok, route } from '../http/route';
import { invalid } from '../http/validation';
import { MAY } from '../roles';
import { Reason } from '../schema/reason';
import { EntityAsked } from './journals';

const TAG = 'Subledger';
const PERMILLE = 1_000;

const Pool = z.strictObject({
  cohort: z.string().meta({ description: 'Entity, channel and month of the sales' }),
  currency: z.string(),
  rfl: Amount.meta({ description: 'Refund liability that is left; negative: more came back' }),
  rra: Amount.meta({ description: 'Right to recover goods that is left' }),
});

export const readReservesRoute = route(
  {
    method: 'get',
    path: '/v1/return-reserves',
    tag: TAG,
    summary: 'What is set aside for returns, by cohort',
    description: 'The newest month first, the first 1,000.',
    roles: MAY.readLedger,
    query: z.strictObject({
      entity: EntityAsked,
    }),
    responses: {
      200: {
        description: 'By cohort and currency',
        schema: z.strictObject({ items: z.array(Pool) }).meta({ id: 'ReturnReserves' }),
      },
    },
  },
  async ({ query: { entity = null } }, { db }) => {
    const pools = await readPools(db, entity);
    return ok({ items: pools.map((pool) => withAmounts(pool, pool.currency)) });
  },
);

const TrueUpBody = z
  .strictObject({
    channelInstance: ChannelInstance.meta({ description: 'That made the sales' }),
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-03')
      .meta({ description: 'Of the sales, `YYYY-MM`' }),
    expectedReturnPermille: z
      .int()
      .min(0)
      .max(PERMILLE)
      .meta({ description: 'Of all that was sold in it; 0: nothing more is expected back' }),
    asOf: BusinessDate.meta({ description: 'The end of the period whose books it belongs to' }),
    reason: Reason,
  })
  .meta({ id: 'TrueUpReserves' });

const TrueUps = z
  .strictObject({
    cohort: z.string(),
    items: z.array(
      z.strictObject({
        currency: z.string(),
        rfl: Amount.meta({ description: 'Added to the refund liability; negative: released' }),
        rra: Amount.meta({ description: 'Added to the right to recover; negative: released' }),
      }),
    ),
  })
  .meta({ id: 'ReservesTruedUp' });

export const trueUpReservesRoute = keyedRoute(
  {
    path: '/v1/return-reserves/true-up',
    tag: TAG,
    summary: "Set what is set aside to what is expected back now, at a period's end",
    description:
      'The pools of one month of sales become what that rate would have set aside, less what came ' +
      'back already: RET against RFL, RRA against COGS, or the reverse. It holds for these sales ' +
      'until it is said anew; two days after a month has ended, every cohort is set to what was ' +
      'said last, else to the policy, and to nothing once its time to come back is over.',
    roles: MAY.trueUpReserves,
    body: {
      schema: TrueUpBody,
      example: {
        channelInstance: 'web-us',
        month: '2026-03',
        expectedReturnPermille: 20,
        asOf: '2026-03-31',
        reason: 'fewer came back than were expected',
      },
    },
    responses: { 200: { description: 'What was posted', schema: TrueUps } },
    errors: ['unknown_channel', 'nothing_set_aside', 'period_closed'],
    shell: { before: ['# Answered with 409 where no sale of that month set anything aside.'] },
  },
  (call, { db }, { decisionId, keep }) =>
    db.transaction(async (sql) => {
      const { channelInstance, month, expectedReturnPermille, asOf, reason } = call.body;
      const setup = channelSetup(channelInstance);
      if (!setup) throw new Problem('unknown_channel', `${channelInstance} is not set up here`);
      if (asOf.slice(0, month.length) < month) {
        const detail = 'books of a period that ended before those sales';
        throw invalid({ pointer: '/asOf', code: 'too_early', detail });
      }
      const { entity } = setup;
      const period = await loadPeriod(sql, periodIdOf(entity, monthOf(asOf)));
      if (period?.state === 'closed') {
        throw new Problem('period_closed', `${monthOf(asOf)} of ${entity} is closed`);
      }
      const cohort = cohortName({ entity, channelInstance, month });
      const { correlationId } = call;
      const of = { entity, channelInstance, month, expectedReturnPermille };
      const made = await trueUpReserves(sql, {
        ...of,
        asOf,
        isDecided: true,
        decisionId,
        correlationId,
      });
      if (made.length === 0) {
        throw new Problem('nothing_set_aside', `no sale of ${cohort} set anything aside`);
      }
      await recordDecision(sql, {
        ...madeBy(call),
        decisionId,
        action: 'reserves.true-up',
        subject: cohort,
        orderId: null,
        reason,
        detail: { expectedReturnPermille, asOf, made },
      });
      const items = made.map(({ currency, rflMinor, rraMinor }) =>
        withAmounts({ currency, rflMinor, rraMinor }, currency),
      );
      const answer = ok({ cohort, items });
      await keep(sql, answer);
      return answer;
    }),
);
