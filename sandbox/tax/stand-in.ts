/**
 * The tax stand-in, in the shape of AvaTax: it is told of invoices with the tax that the channel
 * charged (a tax override), and answers estimates. https://developer.avalara.com/api-reference
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { inTransaction } from '../database';
import { longNumber, orderIdInKey } from '../identifiers';
import { readInput, readJson, type InputError } from '../input';
import { majorUnits, minorUnits } from '../money';
import { recordTable, type SandboxRecord } from '../records';
import { createScript } from '../script';
import type { Answer, Call, FailureReason, SandboxContext, VendorSystem } from '../system';
import { bearerMatches } from '../token';
import { LATENCY_MAX_MS } from '../webhook-script';

const LINES_MAX = 15_000;
/** What an estimate charges where no tax is given, and the script says nothing of the place. */
const SANDBOX_RATE = 0.06;
const TAX_NAME = 'State Tax';
const PLACES_MAX = 1_000;

const transactions = recordTable('tax', 'transactions');

const scriptSchema = z.strictObject({
  latencyMs: z.int().min(0).max(LATENCY_MAX_MS).default(0),
  /** By the place's location code or region. */
  rates: z
    .record(z.string().max(50), z.number().min(0).max(1))
    .refine((rates) => Object.keys(rates).length <= PLACES_MAX, `${PLACES_MAX} places at the most`)
    .default({}),
});
type Rates = z.infer<typeof scriptSchema>['rates'];

const taxOverride = z.object({
  type: z.enum(['TaxAmount', 'TaxDate', 'Exemption']),
  taxAmount: z.number().optional(),
  taxDate: z.string().optional(),
  reason: z.string().min(1),
});
const createSchema = z.object({
  type: z.enum(['SalesOrder', 'SalesInvoice', 'ReturnOrder', 'ReturnInvoice']),
  code: z.string().min(1).max(50).optional(),
  companyCode: z.string().min(1).max(25),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}/, 'must be a date'),
  customerCode: z.string().min(1).max(50),
  referenceCode: z.string().max(1024).optional(),
  purchaseOrderNo: z.string().optional(),
  currencyCode: z.string().length(3).default('USD'),
  commit: z.boolean().default(false),
  taxOverride: taxOverride.optional(),
  addresses: z
    .object({
      singleLocation: z
        .object({ locationCode: z.string().max(50).optional(), region: z.string().optional() })
        .optional(),
    })
    .optional(),
  lines: z
    .array(
      z.object({
        number: z.string().optional(),
        quantity: z.number().default(1),
        amount: z.number(),
        taxCode: z.string().optional(),
        itemCode: z.string().optional(),
        description: z.string().optional(),
        taxIncluded: z.boolean().optional(),
        taxOverride: taxOverride.optional(),
      }),
    )
    .min(1)
    .max(LINES_MAX),
});
type CreateRequest = z.infer<typeof createSchema>;

function avalaraError(status: number, code: string, message: string, target: string): Answer {
  const detail = { code, message, faultCode: 'Client', severity: 'Error', refersTo: target };
  return { status, body: { error: { code, message, target, details: [detail] } } };
}

function invalid(errors: readonly InputError[]): Answer {
  const details = errors.map(({ pointer, code, detail }) => ({
    code: code === 'invalid_type' ? 'ValueRequiredError' : 'ValidationException',
    message: `Field ${pointer.slice(1).replaceAll('/', '.')}: ${detail}`,
    faultCode: 'Client',
    severity: 'Error',
    refersTo: pointer.slice(1),
  }));
  const first = details[0];
  const code = first?.code ?? 'ValidationException';
  return { status: 400, body: { error: { code, message: first?.message, details } } };
}

interface Totals {
  amountMinor: number;
  taxMinor: number;
  lineTaxMinor: number[];
}

/** Undefined when an amount has more decimals than the currency. */
function totalsOf(request: CreateRequest, rates: Rates): Totals | undefined {
  const currency = request.currencyCode;
  const { locationCode, region } = request.addresses?.singleLocation ?? {};
  const rate = rates[locationCode ?? region ?? ''] ?? SANDBOX_RATE;
  const lineTaxMinor: number[] = [];
  let amountMinor = 0;
  for (const line of request.lines) {
    const amount = minorUnits(line.amount, currency);
    const given = line.taxOverride?.taxAmount;
    const tax = given === undefined ? undefined : minorUnits(given, currency);
    if (amount === undefined || (given !== undefined && tax === undefined)) return undefined;
    amountMinor += amount;
    lineTaxMinor.push(tax ?? Math.round(amount * rate));
  }
  const whole = request.taxOverride?.taxAmount;
  const lineSum = lineTaxMinor.reduce((sum, tax) => sum + tax, 0);
  const taxMinor = whole === undefined ? lineSum : minorUnits(whole, currency);
  return taxMinor === undefined ? undefined : { amountMinor, taxMinor, lineTaxMinor };
}

function modelOf(request: CreateRequest, id: number, code: string, totals: Totals) {
  const temporary = request.type === 'SalesOrder' || request.type === 'ReturnOrder';
  const major = (minor: number): number => Number(majorUnits(minor, request.currencyCode));
  return {
    id,
    code,
    companyCode: request.companyCode,
    date: request.date,
    status: temporary ? 'Temporary' : request.commit ? 'Committed' : 'Saved',
    type: request.type,
    currencyCode: request.currencyCode,
    customerCode: request.customerCode,
    referenceCode: request.referenceCode ?? null,
    totalAmount: major(totals.amountMinor),
    totalTax: major(totals.taxMinor),
    totalTaxable: major(totals.amountMinor),
    totalTaxCalculated: major(totals.taxMinor),
    locked: false,
    lines: request.lines.map((line, index) => ({
      lineNumber: line.number ?? String(index + 1),
      itemCode: line.itemCode ?? null,
      taxCode: line.taxCode ?? null,
      quantity: line.quantity,
      lineAmount: line.amount,
      tax: major(totals.lineTaxMinor[index] ?? 0),
      taxOverrideType: line.taxOverride?.type ?? 'None',
      details: [{ taxName: TAX_NAME, tax: major(totals.lineTaxMinor[index] ?? 0) }],
    })),
  };
}

/** The document and its record, for a request that is valid. */
function documentOf(request: CreateRequest, totals: Totals) {
  const number = longNumber();
  const code = request.code ?? String(number);
  const made = modelOf(request, number, code, totals);
  const key = request.referenceCode;
  const record = {
    id: recordId(request.companyCode, code),
    throughlineKey: key ?? null,
    reference: code,
    orderId: orderIdInKey(key) ?? request.purchaseOrderNo ?? null,
    amountMinor: totals.amountMinor,
    currency: request.currencyCode,
    status: made.status,
    details: { code, type: request.type, taxMinor: totals.taxMinor, model: made },
  };
  return { code, made, record };
}

const recordId = (companyCode: string, code: string): string => `${companyCode}/${code}`;
const model = (record: SandboxRecord): unknown => record.details['model'];

function failure(reason: FailureReason, status: number): Answer {
  if (reason === 'unauthorized') {
    const message = 'Authentication failed.';
    return avalaraError(401, 'AuthenticationException', message, 'HttpRequestHeaders');
  }
  const code = reason === 'not-found' ? 'EntityNotFoundError' : 'ServerUnreachableException';
  return avalaraError(status, code, `The request failed (${reason}).`, 'Unknown');
}

/** @param token the bearer token that is let in. */
export function createTaxStandIn(context: SandboxContext, token: string): VendorSystem {
  const { pool } = context;
  const script = createScript(scriptSchema);
  const slow = async (): Promise<void> => {
    const { latencyMs } = script.current();
    if (latencyMs > 0) await pause(latencyMs);
  };
  const create = async (call: Call): Promise<Answer> => {
    await slow();
    const json = readJson(call.text);
    if (!json) return avalaraError(400, 'InvalidJsonError', 'The body is not JSON.', 'Body');
    const read = readInput(createSchema, json.value);
    if (!read.ok) return invalid(read.errors);
    const request = read.value;
    const totals = totalsOf(request, script.current().rates);
    if (!totals) {
      const message = 'An amount has more decimals than its currency.';
      return avalaraError(400, 'InvalidDecimalValue', message, 'Lines');
    }
    const { code, made, record } = documentOf(request, totals);
    if (made.status === 'Temporary') return { status: 201, body: made };
    const inserted = await inTransaction(pool, async (db) => {
      await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [record.id]);
      if (await transactions.find(db, record.id)) return false;
      await transactions.insert(db, record);
      return true;
    });
    if (!inserted) {
      return avalaraError(400, 'DuplicateEntry', `Document ${code} already exists.`, 'code');
    }
    const { amountMinor, currency, throughlineKey: key, orderId } = record;
    context.effectMade('tax', {
      effect: 'invoice-recorded',
      id: code,
      key,
      orderId,
      amountMinor,
      currency,
    });
    return { status: 201, body: made };
  };
  const read = async (call: Call): Promise<Answer> => {
    await slow();
    const { companyCode = '', code = '' } = call.params;
    const found = await transactions.find(pool, recordId(companyCode, code));
    if (found) return { status: 200, body: model(found) };
    const message = `Document with ID '${companyCode}:${code}' not found.`;
    return avalaraError(404, 'EntityNotFoundError', message, 'HttpRequest');
  };
  return {
    name: 'tax',
    routes: [
      {
        method: 'GET',
        path: '/api/v2/utilities/ping',
        run: () =>
          Promise.resolve({
            status: 200,
            body: { version: '26.11', authenticated: true, authenticatedUserName: 'sandbox' },
          }),
      },
      { method: 'POST', path: '/api/v2/transactions/create', run: create },
      { method: 'GET', path: '/api/v2/companies/{companyCode}/transactions/{code}', run: read },
    ],
    controlRoutes: [],
    kinds: { transactions },
    script,
    admits: (headers) => bearerMatches(headers.authorization, token),
    failure,
    rateLimited: (retryAfterS) => ({
      ...avalaraError(429, 'RateLimitExceeded', 'Too many requests.', 'HttpRequest'),
      headers: { 'retry-after': String(retryAfterS) },
    }),
    ddl: [],
  };
}
