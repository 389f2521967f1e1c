/**
 * A report comes in, by whichever door: its bytes are kept as they are, then its settlement and the
 * row that starts its flow. The same bytes again are a duplicate; other bytes of a settlement that
 * could not be booked replace them.
 */
import { SETTLEMENT_FLOW, settlementWorkflowId } from '../../canonical/flows/settlement';
import type { ClearingSetup } from '../../canonical/installation';
import { UnreadableSettlement, type SettlementSource } from '../../canonical/ports/settlement';
import type { Database, Sql } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { openFlow } from '../../store/flows/flows';
import { newId } from '../../store/ids';
import { noteArrival } from '../../store/settlement/feeds';
import { keepFile, keptBytes } from '../../store/settlement/kept-files';
import {
  insertSettlement,
  loadSettlement,
  lockReference,
  replaceFile,
  settlementCalled,
  settlementOfFile,
} from '../../store/settlement/settlements';

/** Of one report. */
export const MAX_REPORT_BYTES = 1_073_741_824;
/** Business days are counted as calendar days with a weekend between them. */
const BANK_WITHIN_MS = 7 * 86_400_000;
/** Of a file whose reference cannot be read: so much of its hash is its name. */
const HASH_NAME_CHARS = 16;

export interface ReportReceived {
  readonly source: SettlementSource;
  readonly clearing: ClearingSetup;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The label of the key, or the schedule or folder that brought it. */
  readonly receivedBy: string;
  readonly correlationId: string;
  readonly pagesUrl?: string | undefined;
}

export interface Received {
  readonly outcome: 'received' | 'duplicate' | 'replaced' | 'exists';
  readonly settlementId: string;
}

/**
 * The door that every report comes through.
 * @throws FileTooLarge, and what the sender of the bytes throws; nothing is kept then
 */
export async function receiveReport(db: Database, report: ReportReceived): Promise<Received> {
  const { source, clearing, receivedBy } = report;
  const of = { source: source.name, account: clearing.account, receivedBy };
  const kept = await keepFile(db, of, report.bytes, MAX_REPORT_BYTES);
  const known = await settlementOfFile(db, kept.fileId);
  // Kept by one that was cut off before it said so: gone on with here.
  if (known !== null) return { outcome: 'duplicate', settlementId: known };
  const reference =
    (await firstReference(source, keptBytes(db, kept.fileId))) ??
    `file-${kept.sha256.slice(0, HASH_NAME_CHARS)}`;
  return db.transaction((sql) => open(sql, report, kept.fileId, reference));
}

/** What the file calls its first settlement; null where it cannot be read that far. */
async function firstReference(
  source: SettlementSource,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string | null> {
  try {
    for await (const part of source.read(bytes)) {
      if (part.part === 'head') return nameable(part.reference);
    }
    return null;
  } catch (error) {
    if (error instanceof UnreadableSettlement) return null;
    throw error;
  }
}

/** It is part of a workflow's id. */
export function nameable(reference: string): string {
  return reference.replaceAll(/[^A-Za-z0-9._:-]/g, '_').slice(0, MAX_REFERENCE_CHARS);
}
const MAX_REFERENCE_CHARS = 120;

async function open(
  sql: Sql,
  report: ReportReceived,
  fileId: string,
  reference: string,
): Promise<Received> {
  const { source } = report;
  await lockReference(sql, source.name, reference);
  // The same bytes may have come twice at once.
  const known = await settlementOfFile(sql, fileId);
  if (known !== null) return { outcome: 'duplicate', settlementId: known };
  const before = await settlementCalled(sql, source.name, reference);
  if (before !== null) return replace(sql, before, fileId);
  await noteArrival(sql, report.clearing.account);
  const settlementId = newId('stl');
  await openSettlement(sql, { ...report, fileId, reference, settlementId });
  return { outcome: 'received', settlementId };
}

/** Nothing of an unreadable or untied one was booked: other bytes may say it better. */
async function replace(
  sql: Sql,
  { settlementId, state }: { readonly settlementId: string; readonly state: string },
  fileId: string,
): Promise<Received> {
  if (state !== 'unreadable' && state !== 'untied') return { outcome: 'exists', settlementId };
  await replaceFile(sql, settlementId, fileId);
  const settlement = await loadSettlement(sql, settlementId);
  const exceptionIds = settlement?.exceptions.map((one) => one.exceptionId) ?? [];
  await resolveExceptions(
    sql,
    { exceptionIds },
    { resolution: 'retry', by: 'system', reason: 'other bytes of it came' },
  );
  return { outcome: 'replaced', settlementId };
}

export type OpenedSettlement = Pick<ReportReceived, 'clearing' | 'correlationId' | 'pagesUrl'> & {
  readonly source: Pick<SettlementSource, 'name'>;
  readonly fileId: string;
  readonly reference: string;
  readonly settlementId: string;
};

/** The settlement, its flow, and the row that starts it. */
export async function openSettlement(sql: Sql, opened: OpenedSettlement): Promise<void> {
  const { source, clearing, fileId, reference, settlementId, correlationId, pagesUrl } = opened;
  const { account, entity } = clearing;
  const workflowId = settlementWorkflowId(source.name, reference);
  await insertSettlement(sql, {
    ...{ settlementId, workflowId, source: source.name, account, entity, reference, fileId },
    correlationId,
  });
  await openFlow(sql, {
    contract: SETTLEMENT_FLOW,
    subjectId: settlementId,
    input: {
      settlementId,
      source: source.name,
      account,
      reference,
      bankWithinMs: BANK_WITHIN_MS,
      ...(pagesUrl !== undefined && { pagesUrl }),
    },
  });
}
