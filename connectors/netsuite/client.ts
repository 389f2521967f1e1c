/**
 * NetSuite's REST record service as our ERP. Synchronous posts take no idempotency key: the
 * document carries our key as its external id, the caller reads back by it before it creates, and a
 * `DUP_RCRD` means that an earlier call of ours arrived after all.
 */
import type { Erp, ErpJournal, ErpSalesOrder, Posted } from '../../canonical/ports/erp';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { formatDecimal } from '../../canonical/rules/money/money';
import { readAnswer, refused } from '../answer';
import { getJson, openDoor, postJson, type HttpAnswer, type HttpDoor } from '../http';
import { NetsuiteError, NetsuiteRecord } from './schema';
import { REFUSED_BEFORE } from './refused-before';

const SYSTEM = 'netsuite';
const RECORD_PATH = '/services/rest/record/v1';
const ALREADY_EXISTS = 'DUP_RCRD';
const MAX_DETAILS = 5;

type RecordType = 'salesOrder' | 'journalEntry';

export interface NetsuiteSettings {
  readonly baseUrl: string;
  readonly token: string;
  /** The whole account shares five concurrent calls at the lowest service tier. */
  readonly connections?: number;
  /** NetSuite's internal id of each legal entity of ours. */
  readonly subsidiaries: Readonly<Record<string, string>>;
  /** NetSuite's internal id of the customer that stands for each channel's buyers. */
  readonly customers: Readonly<Record<string, string>>;
  readonly headersTimeoutMs?: number;
}

/** Opens the door to one NetSuite account. */
export function netsuiteClient(
  settings: NetsuiteSettings,
): Erp & { whoAnswers(): Promise<string>; close(): Promise<void> } {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  return {
    createSalesOrder: async (document) =>
      create(door, 'salesOrder', document.key, salesOrderBody(settings, document)),
    findSalesOrder: (key) => find(door, 'salesOrder', `eid:${key}`),
    postJournal: async (document) =>
      create(door, 'journalEntry', document.key, journalBody(settings, document)),
    findJournal: (key) => find(door, 'journalEntry', `eid:${key}`),
    async whoAnswers() {
      await find(door, 'journalEntry', 'eid:throughline-setup-check');
      return 'the record service';
    },
    close: () => door.close(),
  };
}

/** NetSuite takes JSON numbers; a decimal of 15 digits or fewer survives the way there exactly. */
function amountOf(minorUnits: number, currency: string): number {
  return Number(formatDecimal(minorUnits, currency));
}

function idOf(ids: Readonly<Record<string, string>>, name: string, what: string): string {
  const id = ids[name];
  if (id === undefined) {
    throw new VendorFault(SYSTEM, 'misconfigured', `no ${what} is set up for ${name}`);
  }
  return id;
}

function salesOrderBody(settings: NetsuiteSettings, document: ErpSalesOrder): unknown {
  const { currency } = document;
  return {
    externalId: document.key,
    entity: { id: idOf(settings.customers, document.channelInstance, 'customer') },
    subsidiary: { id: idOf(settings.subsidiaries, document.entity, 'subsidiary') },
    currency: { refName: currency },
    tranDate: document.orderDate,
    otherRefNum: document.orderNo,
    memo: `${document.channelInstance} ${document.orderNo} · ${document.correlationId}`,
    item: {
      items: document.lines.map((line) => ({
        item: { externalId: line.sku, refName: line.sku },
        quantity: line.quantity,
        amount: amountOf(line.amountMinor, currency),
      })),
    },
  };
}

function journalBody(settings: NetsuiteSettings, document: ErpJournal): unknown {
  return {
    externalId: document.key,
    subsidiary: { id: idOf(settings.subsidiaries, document.entity, 'subsidiary') },
    currency: { refName: document.currency },
    tranDate: document.businessDate,
    memo: document.memo,
    line: {
      items: document.lines.map((line) => ({
        account: { id: line.account },
        [line.side]: amountOf(line.amountMinor, document.currency),
        memo: line.memo,
      })),
    },
  };
}

interface Problem {
  readonly code: string;
  readonly detail: string;
}

function problemOf(what: string, answer: HttpAnswer): Problem {
  const body = readAnswer(SYSTEM, what, NetsuiteError, answer.json);
  const details = body['o:errorDetails'] ?? [];
  const code = details[0]?.['o:errorCode'] ?? `status_${answer.status}`;
  const texts = details.slice(0, MAX_DETAILS).map((one) => {
    const path = one['o:errorPath'];
    return `${path ? `${path}: ` : ''}${one.detail ?? one['o:errorCode'] ?? ''}`;
  });
  return { code, detail: texts.join(' · ') || (body.title ?? code) };
}

async function find(door: HttpDoor, type: RecordType, id: string): Promise<Posted | null> {
  const what = `GET ${type}`;
  const path = `${RECORD_PATH}/${type}/${encodeURIComponent(id)}`;
  const answer = await getJson(door, path);
  if (answer.status === 404) return null;
  if (answer.status >= 400) {
    const { code } = problemOf(what, answer);
    throw new VendorFault(SYSTEM, 'misconfigured', `${what}: status ${answer.status} ${code}`);
  }
  const record = readAnswer(SYSTEM, what, NetsuiteRecord, answer.json);
  return { outcome: 'posted', documentNo: record.tranId ?? record.id };
}

async function create(
  door: HttpDoor,
  type: RecordType,
  key: string,
  body: unknown,
): Promise<Posted | Refused> {
  const what = `POST ${type}`;
  const answer = await postJson(door, `${RECORD_PATH}/${type}`, body);
  if (answer.status >= 400) {
    const problem = problemOf(what, answer);
    const earlier = problem.code === ALREADY_EXISTS ? await find(door, type, `eid:${key}`) : null;
    return earlier ?? refused(problem.code, problem.detail);
  }
  const internalId = answer.headers['location']?.split('/').at(-1);
  if (!internalId) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no Location in the answer`);
  return (await numberOf(door, type, internalId)) ?? { outcome: 'posted', documentNo: internalId };
}

/**
 * The number that people in NetSuite know the document by; the post does not say it. The document
 * is there already, so a read that fails costs only the number: the internal id stands in for it.
 */
async function numberOf(
  door: HttpDoor,
  type: RecordType,
  internalId: string,
): Promise<Posted | null> {
  try {
    return await find(door, type, internalId);
  } catch (error) {
    if (error instanceof VendorFault) return null;
    throw error;
  }
}
