/** `/v1/settlements…` and `/v1/bank-lines`: reports as they come, what they came to, what the bank says. */
import { z } from 'zod';
import { clearingSetups, type ClearingSetup } from '../../canonical/installation';
import { SETTLEMENT_CLASSES } from '../../canonical/ports/settlement';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { recordBankLines } from '../../moments/settlement/bank';
import { MAX_REPORT_BYTES, receiveReport } from '../../moments/settlement/receive';
import { FileTooLarge } from '../../store/settlement/kept-files';
import { LINE_STATES, listLines } from '../../store/settlement/settlement-queries';
import { loadSettlement } from '../../store/settlement/settlements';
import { withAmounts } from '../amounts';
import { SETTLEMENT_IN_SHELL } from '../examples';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { Problem } from '../http/problem';
import { found, keyedRoute, ok, route } from '../http/route';
import { MAY } from '../roles';
import {
  BankLinesBody,
  BankLinesKept,
  SettlementLineView,
  SettlementParams,
  SettlementReceived,
  SettlementView,
} from '../schema/settlement';
import { showSettlement } from '../settlement-shown';

const TAG = 'Settlement';
const UNKNOWN = 'there is no settlement with that id';

/** @throws Problem unknown_source, or invalid_value where its account has to be named */
function clearingAsked(source: string, account: string | undefined): ClearingSetup {
  const setups = clearingSetups(source);
  const named = account === undefined ? setups : setups.filter((one) => one.account === account);
  const [setup, ...others] = named;
  if (setup === undefined) {
    throw new Problem('unknown_source', 'no such source and account are set up');
  }
  if (others.length > 0) {
    const names = named.map((one) => one.account).join(', ');
    throw new Problem('invalid_value', `say ?account= of whom it is: ${names}`);
  }
  return setup;
}

export const receiveSettlementRoute = route(
  {
    method: 'post',
    path: '/v1/settlements/{source}',
    tag: TAG,
    summary: 'Hand in a settlement report',
    description:
      'The bytes of the report as the vendor made them, of any content type, streamed and kept ' +
      'as they are. The same bytes of an account again are a duplicate, so that no ' +
      'Idempotency-Key is needed. Reading, matching and posting are done by its flow.',
    roles: MAY.bringSettlements,
    params: z.strictObject({
      source: z
        .enum(Object.keys(SETTLEMENT_SOURCES))
        .meta({ description: 'Whose report it is', example: 'stripe' }),
    }),
    query: z.strictObject({
      account: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'Of the set-up; needed where the source has several' }),
    }),
    responses: {
      202: { description: 'Kept, now or before', schema: SettlementReceived },
    },
    errors: ['unknown_source', 'invalid_value', 'settlement_exists', 'payload_too_large'],
    shell: { call: SETTLEMENT_IN_SHELL },
  },
  async ({ params, query, request, caller, correlationId }, { db, configuration }) => {
    const source = found(SETTLEMENT_SOURCES[params.source] ?? null, 'there is no such source');
    const clearing = clearingAsked(source.name, query.account);
    try {
      const { outcome, settlementId } = await receiveReport(db, {
        source,
        clearing,
        bytes: request,
        receivedBy: caller.label,
        correlationId,
        pagesUrl: configuration.PAGES_URL,
      });
      if (outcome === 'exists') {
        throw new Problem('settlement_exists', `it is ${settlementId}, from other bytes`);
      }
      return { status: 202, body: { settlementId, status: outcome } };
    } catch (error) {
      if (!(error instanceof FileTooLarge)) throw error;
      throw new Problem('payload_too_large', `a report is ${MAX_REPORT_BYTES} bytes at the most`);
    }
  },
);

export const readSettlementRoute = route(
  {
    method: 'get',
    path: '/v1/settlements/{settlementId}',
    tag: TAG,
    summary: 'Read a settlement',
    description: 'From gross to net by class, with its journals and what the bank has shown of it.',
    roles: MAY.readLedger,
    params: SettlementParams,
    responses: { 200: { description: 'The settlement', schema: SettlementView } },
  },
  async ({ params }, { db, configuration }) => {
    const settlement = found(await loadSettlement(db, params.settlementId), UNKNOWN);
    return ok(await showSettlement(db, settlement, configuration));
  },
);

export const listSettlementLinesRoute = route(
  {
    method: 'get',
    path: '/v1/settlements/{settlementId}/lines',
    tag: TAG,
    summary: 'List the lines of a settlement',
    roles: MAY.readLedger,
    params: SettlementParams,
    query: z.strictObject({
      state: z.enum(LINE_STATES).optional().meta({ description: 'What became of them' }),
      class: z.enum(SETTLEMENT_CLASSES).optional().meta({ description: 'Those of one class' }),
      ...PageQuery,
    }),
    responses: { 200: { description: 'In their order', schema: pageOf(SettlementLineView) } },
  },
  async ({ params: { settlementId }, query }, { db }) => {
    const { currency } = found(await loadSettlement(db, settlementId), UNKNOWN);
    const { state = null, class: lineClass = null } = query;
    return readPage(query, ['lineNo'], async (after, limit) => {
      const afterLineNo = Number(after?.lineNo ?? 0);
      const rows = await listLines(db, settlementId, {
        ...{ state, class: lineClass, afterLineNo, limit },
      });
      return rows.map((row) => withAmounts(row, currency ?? ''));
    });
  },
);

export const bankLinesRoute = keyedRoute(
  {
    path: '/v1/bank-lines',
    tag: TAG,
    summary: 'Tell what the bank has booked',
    description:
      'Each booking is kept once, by the reference that the bank gives it. Those that are payouts ' +
      'are matched to them: by what their text names, else by amount and date.',
    roles: MAY.bringSettlements,
    body: {
      schema: BankLinesBody,
      example: {
        bankAccount: 'DE89370400440532013000',
        currency: 'USD',
        lines: [
          {
            bankRef: '20260304-17',
            amountMinor: 1_912,
            bookedOn: '2026-03-04',
            text: 'STRIPE PAYOUT po_1Ab2Cd3Ef',
          },
        ],
      },
    },
    responses: { 200: { description: 'Kept, now or before', schema: BankLinesKept } },
  },
  ({ body, correlationId }, { db }, { keep }) =>
    db.transaction(async (sql) => {
      const answer = ok({ lines: await recordBankLines(sql, { ...body, correlationId }) });
      await keep(sql, answer);
      return answer;
    }),
);
