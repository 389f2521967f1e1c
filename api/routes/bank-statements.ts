/** `/v1/bank-lines/{format}`: statements of banks, as the bank made them. */
import { z } from 'zod';
import { bankSetup, type BankSetup } from '../../canonical/installation';
import { BANK_FORMATS, UnreadableStatement } from '../../canonical/ports/bank';
import { bankReader } from '../../connectors/bank-readers';
import {
  csvColumnsOf,
  MAX_STATEMENT_BYTES,
  receiveStatements,
  type KeptStatement,
} from '../../moments/settlement/statements';
import { FileTooLarge } from '../../store/settlement/kept-files';
import { BANK_STATEMENT_IN_SHELL } from '../examples';
import { Problem } from '../http/problem';
import { ok, route } from '../http/route';
import { MAY } from '../roles';
import { StatementsKept } from '../schema/settlement';

export const bankStatementsRoute = route(
  {
    method: 'post',
    path: '/v1/bank-lines/{format}',
    tag: 'Settlement',
    summary: 'Hand in a statement of a bank',
    description:
      'The bytes of the file as the bank made them, of any content type; they are kept as they ' +
      'are. Each statement in it has to come from its opening to its closing balance, and be of ' +
      'an account that the set-up names, or nothing of the file is kept as a booking. The same ' +
      'statement again is one, and each booking in several statements is one, so that no ' +
      'Idempotency-Key is needed. Payouts among the bookings are matched.',
    roles: MAY.bringSettlements,
    params: z.strictObject({
      format: z
        .enum(BANK_FORMATS)
        .meta({ description: 'Which format the file has', example: 'camt053' }),
    }),
    query: z.strictObject({
      bank: z.string().max(40).optional().meta({
        description: 'As the set-up calls it: needed for csv; else it must be the file’s own',
      }),
    }),
    responses: { 200: { description: 'Kept, now or before', schema: StatementsKept } },
    errors: ['unknown_source', 'invalid_value', 'statement_refused', 'payload_too_large'],
    shell: { call: BANK_STATEMENT_IN_SHELL },
  },
  async ({ params: { format }, query, request, caller, correlationId }, { db }) => {
    const bank = bankAsked(query.bank);
    const reader = bankReader(format, csvColumnsOf(bank));
    if (!reader) throw new Problem('invalid_value', 'say ?bank= of one whose csv is set up');
    try {
      const kept = await receiveStatements(db, {
        ...{ reader, bank, bytes: request, receivedBy: caller.label, correlationId },
      });
      return ok({ statements: kept.map(shown) });
    } catch (error) {
      if (error instanceof UnreadableStatement) throw refusal(error);
      if (!(error instanceof FileTooLarge)) throw error;
      const detail = `a file of statements is ${MAX_STATEMENT_BYTES} bytes at the most`;
      throw new Problem('payload_too_large', detail);
    }
  },
);

/** @throws Problem unknown_source */
function bankAsked(name: string | undefined): BankSetup | null {
  if (name === undefined) return null;
  const bank = bankSetup(name);
  if (bank) return bank;
  throw new Problem('unknown_source', 'no such bank is set up');
}

function refusal({ problems, count }: UnreadableStatement): Problem {
  return new Problem('statement_refused', problems[0]?.detail ?? 'it cannot be read', {
    errors: problems.map(({ code, rowNo, detail }) => ({
      ...{ pointer: rowNo === null ? '' : `row:${rowNo}`, code, detail },
    })),
    errorCount: count,
  });
}

function shown({ statementId, bank, statement, isNew }: KeptStatement) {
  const { reference, openedOn, closedOn, currency, openingMinor, closingMinor, lines } = statement;
  return {
    ...{ statementId, bank, reference, openedOn, closedOn, isNew, lineCount: lines.length },
    opening: { currency, minorUnits: openingMinor },
    closing: { currency, minorUnits: closingMinor },
  };
}
