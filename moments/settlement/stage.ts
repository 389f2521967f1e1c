/**
 * The bytes of a settlement are read: its lines are copied in, classified on the way, and added up.
 * A file is all in or not at all; one that does not come to its declared net is in, and posts
 * nothing. What a file holds beside its first settlement are settlements of their own.
 */
import { blocksStaging, blocksTie } from '../../canonical/flows/settlement-steps';
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import type { Told } from '../../canonical/flows/moments';
import {
  UnreadableSettlement,
  type SettlementHead,
  type SettlementPart,
  type SettlementProblem,
  type SettlementSource,
} from '../../canonical/ports/settlement';
import { CLASS_TREATMENTS } from '../../canonical/rules/settlement/classes';
import { classifierOf } from '../../canonical/rules/settlement/classify';
import type { SettlementSnapshot } from '../../canonical/rules/settlement/snapshot';
import { formatMoney } from '../../canonical/rules/money/money';
import type { CopySql } from '../../store/copy-in';
import type { Database, Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { newId } from '../../store/ids';
import { keptBytes } from '../../store/settlement/kept-files';
import { copyLines, dropLines, tellPlanner, type LineRow } from '../../store/settlement/lines';
import {
  loadSettlement,
  recordStaged,
  setSettlementState,
  settlementCalled,
  type StagedSettlement,
} from '../../store/settlement/settlements';
import { nameable, openSettlement } from './receive';
import {
  bigMoment,
  clearingOf,
  exceptionOfSettlement,
  type OfSettlement,
} from './settlement-moment';

export type SettlementSources = Readonly<Record<string, SettlementSource>>;

/** Problems that an exception writes out. */
const MAX_PROBLEMS_SHOWN = 10;
/** Settlements in one file. */
const MAX_SETTLEMENTS_A_FILE = 2_000;

export function stageSettlement(
  db: Database,
  sources: SettlementSources,
  of: OfSettlement,
): Promise<Told<SettlementAgenda>> {
  return bigMoment(db, of, async (sql, settlement) => {
    if (settlement.state !== 'received') return;
    await dropLines(sql, settlement.settlementId);
    await sql.query('savepoint staging');
    try {
      await stage(sql, db, sourceOf(sources, settlement), settlement);
    } catch (error) {
      if (!(error instanceof UnreadableSettlement)) throw error;
      await sql.query('rollback to savepoint staging');
      await setSettlementState(sql, settlement.settlementId, 'unreadable');
      await openException(sql, {
        code: 'settlement.unreadable',
        detail: textOf(error),
        cause: { kind: 'settlement', ref: settlement.settlementId },
        blocks: blocksStaging(),
        ...exceptionOfSettlement(settlement),
      });
    }
  });
}

/** @throws RangeError for a source whose reader is not here any more */
export function sourceOf(
  sources: SettlementSources,
  { source }: Pick<SettlementSnapshot, 'source'>,
): SettlementSource {
  const found = sources[source];
  if (!found) throw new RangeError(`no reader of ${source} is here`);
  return found;
}

function textOf({ problems, count }: UnreadableSettlement): string {
  const shown = problems
    .slice(0, MAX_PROBLEMS_SHOWN)
    .map(
      ({ code, rowNo, detail }) => `${code}${rowNo === null ? '' : ` in row ${rowNo}`}: ${detail}`,
    );
  const more = count - shown.length;
  return `It cannot be read. ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

async function stage(
  sql: CopySql,
  db: Database,
  source: SettlementSource,
  settlement: SettlementSnapshot,
): Promise<void> {
  const clearing = clearingOf(settlement);
  const reading = new Reading(source, settlement.settlementId, clearing.vendorAccount);
  // The bytes come over another connection: this one is taken by the copy.
  await copyLines(sql, reading.rows(source.read(keptBytes(db, settlement.fileId))));
  const [first, ...others] = reading.staged;
  if (first === undefined) throw unreadable('empty', 'no settlement is in it');
  await refuseKnown(sql, settlement, reading.staged);
  for (const other of others) {
    await openSettlement(sql, {
      source,
      clearing,
      fileId: settlement.fileId,
      reference: other.reference,
      settlementId: other.settlementId,
      correlationId: settlement.correlationId,
    });
  }
  for (const one of reading.staged) await tie(sql, one);
  await tellPlanner(
    sql,
    reading.staged.reduce((lines, one) => lines + one.lineCount, 0),
  );
}

function unreadable(code: SettlementProblem['code'], detail: string): UnreadableSettlement {
  return new UnreadableSettlement([{ code, rowNo: null, detail }]);
}

/** A settlement that another file told of is not told twice. */
async function refuseKnown(
  sql: Sql,
  settlement: SettlementSnapshot,
  staged: readonly StagedSettlement[],
): Promise<void> {
  for (const { settlementId, reference } of staged) {
    const known = await settlementCalled(sql, settlement.source, reference);
    if (known === null || known.settlementId === settlementId) continue;
    throw unreadable('row', `settlement ${reference} is here already, as ${known.settlementId}`);
  }
}

async function tie(sql: Sql, staged: StagedSettlement): Promise<void> {
  const { declaredNetMinor, linesNetMinor, currency, settlementId } = staged;
  const isTied = declaredNetMinor === linesNetMinor;
  await recordStaged(sql, staged, isTied ? 'tied' : 'untied');
  if (isTied) return;
  const settlement = await loadSettlement(sql, settlementId);
  if (!settlement) throw new RangeError(`settlement ${settlementId} was not written`);
  const off = linesNetMinor - (declaredNetMinor ?? 0);
  await openException(sql, {
    code: 'settlement.untied',
    detail:
      declaredNetMinor === null
        ? `Its lines come to ${formatMoney(linesNetMinor, currency)}; it declares no net`
        : `Its lines come to ${formatMoney(linesNetMinor, currency)}, declared are ` +
          `${formatMoney(declaredNetMinor, currency)}: ${formatMoney(off, currency)} off`,
    cause: { kind: 'settlement', ref: settlementId },
    blocks: blocksTie(),
    ...exceptionOfSettlement(settlement, Math.abs(off)),
  });
}

/** What a file says, as rows for the copy; what it comes to is known at its end. */
class Reading {
  readonly staged: StagedSettlement[] = [];
  private readonly classOf: ReturnType<typeof classifierOf>;
  private open: Open | null = null;

  constructor(
    source: SettlementSource,
    private readonly firstId: string,
    private readonly vendorAccount: string | undefined,
  ) {
    this.classOf = classifierOf(source.classes);
  }

  async *rows(parts: AsyncIterable<SettlementPart>): AsyncGenerator<LineRow> {
    for await (const part of parts) {
      if (part.part === 'head') this.begin(part);
      else if (part.part === 'end') this.end(part.declaredNetMinor);
      else {
        const open = this.opened();
        const lineClass = this.classOf(part);
        open.lineCount += 1;
        if (CLASS_TREATMENTS[lineClass].kind === 'payout') {
          open.payoutMinor = (open.payoutMinor ?? 0) - part.amountMinor;
        } else {
          open.linesNetMinor += part.amountMinor;
        }
        const { settlementId, lineCount: lineNo } = open;
        yield { settlementId, lineNo, line: part, class: lineClass };
      }
    }
    if (this.open !== null) throw unreadable('cut-off', 'it ends before its settlement does');
  }

  private begin(head: SettlementHead): void {
    if (this.open !== null) throw unreadable('row', 'a settlement begins within another');
    if (this.staged.length >= MAX_SETTLEMENTS_A_FILE) {
      throw unreadable('too-large', `more than ${MAX_SETTLEMENTS_A_FILE} settlements`);
    }
    const { reference, account } = head;
    if (this.vendorAccount !== undefined && account !== null && account !== this.vendorAccount) {
      throw unreadable(
        'other-account',
        `${reference} is of ${account}, not of ${this.vendorAccount}`,
      );
    }
    const settlementId = this.staged.length === 0 ? this.firstId : newId('stl');
    this.open = { head, settlementId, lineCount: 0, linesNetMinor: 0, payoutMinor: null };
  }

  private opened(): Open {
    if (this.open === null) throw unreadable('row', 'a line comes before its settlement');
    return this.open;
  }

  private end(declaredNetMinor: number | null): void {
    const { head, settlementId, lineCount, linesNetMinor, payoutMinor } = this.opened();
    const { currency, periodStart, periodEnd, payoutDate } = head;
    this.staged.push({
      ...{ settlementId, currency, periodStart, periodEnd, payoutDate, lineCount, linesNetMinor },
      reference: nameable(head.reference),
      // What it does not declare its own payout says.
      declaredNetMinor: declaredNetMinor ?? payoutMinor,
    });
    this.open = null;
  }
}

interface Open {
  readonly head: SettlementHead;
  readonly settlementId: string;
  lineCount: number;
  linesNetMinor: number;
  payoutMinor: number | null;
}
