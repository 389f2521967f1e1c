/**
 * AvaTax as our tax service. It is told of an invoice after the fact, with the tax the channel
 * charged as an override: it files, it does not decide. The document code is the invoice's number;
 * our key goes along as `referenceCode`, so that a code taken by somebody else is noticed.
 */
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type {
  Quoted,
  Recorded,
  TaxInvoice,
  TaxQuestion,
  TaxService,
} from '../../canonical/ports/tax';
import { formatDecimal, parseDecimal, sum } from '../../canonical/rules/money/money';
import { cutText } from '../../canonical/rules/text';
import { readAnswer, refused } from '../answer';
import { getJson, openDoor, postJson, type HttpAnswer, type HttpDoor } from '../http';
import { AvataxError, AvataxPing, AvataxQuote, AvataxTransaction } from './schema';
import { REFUSED_BEFORE } from './refused-before';

const SYSTEM = 'avatax';
const OVERRIDE_REASON = 'Tax as the sales channel charged it';
/** AvaTax's own word for a credit that is taxed as its sale was. */
const RETURN_REASON = 'Return';
const ALREADY_EXISTS = 'DuplicateEntry';
/** AvaTax's limits on an item code and on a line's free reference. */
const MAX_ITEM_CODE_CHARS = 50;
const MAX_REF_CHARS = 50;

export interface AvataxSettings {
  readonly baseUrl: string;
  readonly token: string;
  /** AvaTax's company code of each legal entity of ours. */
  readonly companies: Readonly<Record<string, string>>;
  readonly headersTimeoutMs?: number;
}

/** Opens the door to one AvaTax account. */
export function avataxClient(
  settings: AvataxSettings,
): TaxService & { whoAnswers(): Promise<string>; close(): Promise<void> } {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  return {
    quote: async (question) => quote(door, companyOf(settings, question), question),
    recordInvoice: async (invoice) => recordInvoice(door, companyOf(settings, invoice), invoice),
    findInvoice: async (invoice) => findInvoice(door, companyOf(settings, invoice), invoice),
    whoAnswers: () => whoAnswers(door),
    close: () => door.close(),
  };
}

/** AvaTax's own ping says who it takes the caller for. */
async function whoAnswers(door: HttpDoor): Promise<string> {
  const what = 'GET ping';
  const { json } = await getJson(door, '/api/v2/utilities/ping');
  const caller = readAnswer(SYSTEM, what, AvataxPing, json);
  if (caller.authenticated) return caller.authenticatedUserName ?? 'AvaTax';
  throw new VendorFault(SYSTEM, 'misconfigured', `${what}: the token is not known there`);
}

function companyOf(settings: AvataxSettings, { entity }: Pick<TaxInvoice, 'entity'>): string {
  const company = settings.companies[entity];
  if (company === undefined) {
    throw new VendorFault(SYSTEM, 'misconfigured', `no company is set up for ${entity}`);
  }
  return company;
}

/** AvaTax takes JSON numbers; a decimal of 15 digits or fewer survives the way there exactly. */
function amountOf(minorUnits: number, currency: string): number {
  return Number(formatDecimal(minorUnits, currency));
}

/** A store of ours is a location of the company there, by the same code. */
function placeOf(asked: TaxInvoice | TaxQuestion): object {
  const { storeId, shipToRegion, shipToPostalCode, shipToCountry } = asked;
  if (storeId !== undefined) return { locationCode: storeId };
  return {
    region: shipToRegion ?? undefined,
    postalCode: shipToPostalCode ?? undefined,
    country: shipToCountry ?? undefined,
  };
}

function transactionBody(companyCode: string, invoice: TaxInvoice): unknown {
  const { currency, returnOf } = invoice;
  return {
    type: returnOf ? 'ReturnInvoice' : 'SalesInvoice',
    code: invoice.documentNo,
    companyCode,
    date: invoice.invoiceDate,
    // A name of ours: who the buyer is stays out of the tax service.
    customerCode: invoice.orderId,
    purchaseOrderNo: invoice.orderId,
    referenceCode: invoice.key,
    currencyCode: currency,
    commit: true,
    addresses: {
      singleLocation: placeOf(invoice),
    },
    lines: invoice.lines.map((line) => ({
      number: String(line.lineNo),
      quantity: line.quantity,
      amount: amountOf(line.netMinor, currency),
      itemCode: cutText(line.sku, MAX_ITEM_CODE_CHARS),
      ref1: cutText(line.taxes.map((tax) => tax.taxCode).join(' '), MAX_REF_CHARS),
      taxOverride: {
        type: 'TaxAmount',
        taxAmount: amountOf(sum(line.taxes.map((tax) => tax.amountMinor)), currency),
        ...(returnOf && { taxDate: returnOf.taxDate }),
        reason: returnOf ? RETURN_REASON : OVERRIDE_REASON,
      },
    })),
  };
}

function refusalOf(what: string, answer: HttpAnswer): Refused {
  const { error } = readAnswer(SYSTEM, what, AvataxError, answer.json);
  const code = error.details?.[0]?.code ?? error.code;
  return refused(code, error.message ?? code);
}

async function recordInvoice(
  door: HttpDoor,
  company: string,
  invoice: TaxInvoice,
): Promise<Recorded | Refused> {
  const what = 'POST transactions/create';
  const body = transactionBody(company, invoice);
  const answer = await postJson(door, '/api/v2/transactions/create', body);
  if (answer.status >= 400) {
    const refusal = refusalOf(what, answer);
    const earlier =
      refusal.vendorCode === ALREADY_EXISTS ? await findInvoice(door, company, invoice) : null;
    return earlier ?? refusal;
  }
  const made = readAnswer(SYSTEM, what, AvataxTransaction, answer.json);
  return { outcome: 'recorded', reference: made.code };
}

/** Null too where the code belongs to another document: creating it then is refused, and says so. */
async function findInvoice(
  door: HttpDoor,
  company: string,
  invoice: TaxInvoice,
): Promise<Recorded | null> {
  const what = 'GET transaction';
  const code = encodeURIComponent(invoice.documentNo);
  const path = `/api/v2/companies/${encodeURIComponent(company)}/transactions/${code}`;
  const answer = await getJson(door, path);
  if (answer.status === 404) return null;
  if (answer.status >= 400) {
    const { vendorCode } = refusalOf(what, answer);
    throw new VendorFault(SYSTEM, 'misconfigured', `${what}: ${vendorCode}`);
  }
  const found = readAnswer(SYSTEM, what, AvataxTransaction, answer.json);
  return found.referenceCode === invoice.key
    ? { outcome: 'recorded', reference: found.code }
    : null;
}

/** A `SalesOrder` is computed and not kept: asking twice makes nothing twice. */
async function quote(
  door: HttpDoor,
  companyCode: string,
  question: TaxQuestion,
): Promise<Quoted | Refused> {
  const what = 'POST transactions/create (SalesOrder)';
  const { currency, lines, orderId, onDate } = question;
  const answer = await postJson(door, '/api/v2/transactions/create', {
    type: 'SalesOrder',
    companyCode,
    date: onDate,
    customerCode: orderId,
    purchaseOrderNo: orderId,
    currencyCode: currency,
    addresses: { singleLocation: placeOf(question) },
    lines: lines.map((line) => ({
      number: String(line.lineNo),
      quantity: line.quantity,
      amount: amountOf(line.netMinor, currency),
      itemCode: cutText(line.sku, MAX_ITEM_CODE_CHARS),
    })),
  });
  if (answer.status >= 400) return refusalOf(what, answer);
  const made = readAnswer(SYSTEM, what, AvataxQuote, answer.json);
  const missing = lines.find(
    ({ lineNo }) => !made.lines.some((line) => line.lineNumber === String(lineNo)),
  );
  if (missing) {
    throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no line ${missing.lineNo} in the answer`);
  }
  return {
    outcome: 'quoted',
    lines: made.lines.map(({ lineNumber, details }) => ({
      lineNo: Number(lineNumber),
      taxes: details
        .filter(({ tax }) => tax !== 0)
        .map(({ taxName, tax }) => ({ code: taxName, amountMinor: minorOf(tax, currency) })),
    })),
  };
}

/** Its JSON number as written; more decimals than the currency has are not rounded here. */
function minorOf(amount: number, currency: string): number {
  const minor = parseDecimal(String(amount), currency);
  if (minor !== null) return minor;
  throw new VendorFault(SYSTEM, 'ambiguous', `a tax of ${amount} in ${currency}`);
}
