/** What of a settlement is not explained: asked about, looked for again, or written off. */
import { blocksShort, blocksSuspense } from '../../canonical/flows/settlement-steps';
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import type { Told } from '../../canonical/flows/moments';
import type { Blocked } from '../../canonical/flows/step';
import { formatMoney } from '../../canonical/rules/money/money';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { Database, Sql } from '../../store/database';
import { openException, settleExceptions } from '../../store/exceptions/exceptions';
import {
  lockClearing,
  matchLines,
  recordMatches,
  shortItems,
  type ShortItem,
  unexplained,
  writeOffLines,
} from '../../store/settlement/matching';
import { EXPLAINED_LINES, SHORT_LINES } from '../../store/settlement/payout-journal';
import { setRecheck } from '../../store/settlement/settlements';
import {
  booksOf,
  pair,
  post,
  suspenseItem,
  suspenseSide,
  type Books,
  type SuspenseKind,
} from './books';
import { bigMoment, exceptionOfSettlement, type OfSettlement } from './settlement-moment';

/** What lacks its capture or its other half is looked for again: 1, 2, 4 … hours later, then daily. */
const FIRST_RECHECK_MS = 3_600_000;
const LONGEST_RECHECK_MS = 86_400_000;

interface Rest {
  readonly code: Extract<ExceptionCode, `settlement.${string}`>;
  readonly blocks: Blocked;
  /** Lines, or payments. */
  readonly count: number;
  readonly netMinor: number;
  readonly detail: (money: string) => string;
}

/**
 * Opens an exception for each kind of what is left, resolves those of which nothing is. `short`: what
 * is paid short, where that is known.
 */
export async function askAboutRest(
  sql: Sql,
  books: Books,
  { now = new Date().toISOString(), ...known }: { now?: string; short?: ShortItem[] } = {},
): Promise<void> {
  const { settlement, clearing } = books;
  const { settlementId, workflowId } = settlement;
  const [unmatched, unknown, short] = [
    await unexplained(sql, settlementId, 'matched'),
    await unexplained(sql, settlementId, 'suspense'),
    known.short ?? (await shortItems(sql, clearing)),
  ];
  const rests: readonly Rest[] = [
    {
      code: 'settlement.unmatched',
      blocks: blocksSuspense(),
      count: unmatched.lines,
      netMinor: unmatched.netMinor,
      detail: (money) =>
        `${unmatched.lines} lines, ${money} in all, settle nothing that is known here`,
    },
    {
      code: 'settlement.unknown',
      blocks: blocksSuspense(),
      count: unknown.lines,
      netMinor: unknown.netMinor,
      detail: (money) =>
        `${unknown.lines} lines, ${money} in all, are of a kind that no rule names`,
    },
    {
      code: 'settlement.paid-short',
      blocks: blocksShort(),
      count: short.length,
      netMinor: short.reduce((sum, one) => sum + one.leftMinor, 0),
      detail: (money) => `${short.length} payments are paid out short, by ${money} in all`,
    },
  ];
  for (const rest of rests) {
    const { code, blocks, count, netMinor, detail } = rest;
    if (count === 0) {
      const how = { as: 'retried', reason: 'it is explained now' } as const;
      await settleExceptions(sql, { workflowId, codes: [code] }, how);
      continue;
    }
    await openException(sql, {
      ...{ code, blocks, detail: detail(formatMoney(netMinor, clearing.currency)) },
      cause: { kind: 'settlement', ref: settlementId },
      ...exceptionOfSettlement(settlement, Math.abs(netMinor)),
    });
  }
  const isLookedFor = unmatched.lines > 0 || short.length > 0;
  await setRecheck(sql, settlementId, isLookedFor ? nextRecheck(settlement.rechecks, now) : null);
}

function nextRecheck(rechecks: number, now: string): string {
  const delayMs = Math.min(FIRST_RECHECK_MS * 2 ** Math.min(rechecks, 5), LONGEST_RECHECK_MS);
  return new Date(Date.parse(now) + delayMs).toISOString();
}

/** What was not known when it was booked may be here now. */
export function recheckSettlement(
  db: Database,
  of: OfSettlement & { readonly now: string },
): Promise<Told<SettlementAgenda>> {
  return bigMoment(db, of, async (sql, settlement) => {
    if (settlement.state === 'posted') await recheck(sql, booksOf(settlement), of.now);
  });
}

export async function recheck(sql: Sql, books: Books, now?: string): Promise<void> {
  const { settlementId, account, rechecks } = books.settlement;
  await lockClearing(sql, account);
  await matchLines(sql, books.clearing);
  await post(sql, books, `explained:${rechecks}`, {
    rule: '24',
    lines: EXPLAINED_LINES,
    values: [settlementId, account, suspenseItem(settlementId, 'unmatched')],
  });
  await recordMatches(sql, settlementId);
  await askAboutRest(sql, books, now === undefined ? {} : { now });
}

/** A person says what it is not worth to look for any longer. */
export async function writeOff(sql: Sql, books: Books, code: ExceptionCode): Promise<void> {
  const { settlementId, account } = books.settlement;
  await lockClearing(sql, account);
  if (code === 'settlement.paid-short') {
    const items = await shortItems(sql, books.clearing);
    const short = items.map(({ item, leftMinor }) => ({ item, minor: leftMinor }));
    await post(sql, books, `written-off:short:${books.settlement.rechecks}`, {
      rule: '18b',
      lines: SHORT_LINES,
      values: [settlementId, account, JSON.stringify(short)],
    });
  } else {
    const kind = code === 'settlement.unknown' ? 'unknown' : 'unmatched';
    await writeOffSuspense(sql, books, kind);
  }
  await askAboutRest(sql, books);
}

async function writeOffSuspense(sql: Sql, books: Books, kind: SuspenseKind): Promise<void> {
  const { settlementId, account, rechecks } = books.settlement;
  const treatment = kind === 'unknown' ? 'suspense' : 'matched';
  const { netMinor } = await unexplained(sql, settlementId, treatment);
  await post(sql, books, `written-off:${kind}:${rechecks}`, {
    rule: '18b',
    ...pair(netMinor, suspenseSide(books.settlement, kind), {
      account: 'SETTLE-ADJ',
      dimensions: { clearingAccount: account },
    }),
  });
  await writeOffLines(sql, settlementId, treatment);
}
