// I10 of the ledger itself: it balances, each journal balances and names its source, each batch is
// the sum of its journals, and an open item that belongs to no order is explained by nothing.
import { money, type Difference } from './report';

export interface TrialBalance {
  readonly entity: string;
  readonly currency: string;
  readonly debitMinor: number;
  readonly creditMinor: number;
}
export interface OwnJournal {
  readonly journalId: string;
  readonly rule: string;
  readonly source: string;
  readonly currency: string;
  readonly lines: number;
  readonly debitMinor: number;
  readonly creditMinor: number;
  /** Batches that it is in, the queue of those that are in none included. */
  readonly batches: number;
}
/** An account on a business date: what is kept beside what its lines add up to. */
export interface KeptBalance {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  readonly keptDebitMinor: number;
  readonly keptCreditMinor: number;
  readonly debitMinor: number;
  readonly creditMinor: number;
}
export interface AccountSum {
  readonly account: string;
  /** Debits less credits. */
  readonly netMinor: number;
}
export interface OwnBatch {
  readonly batchId: string;
  readonly state: 'formed' | 'posted' | 'parked';
  readonly documentNo: string | null;
  readonly currency: string;
  /** What it says it holds, and what it does. */
  readonly journalCount: number;
  readonly journals: number;
  readonly lines: readonly AccountSum[];
  readonly journalLines: readonly AccountSum[];
  /** The effect that posted it; null: there is none. */
  readonly effectState: 'called' | 'done' | 'refused' | null;
  readonly effectDebitMinor: number;
  readonly debitMinor: number;
  /** A person posted it in the ERP and said so. */
  readonly isByHand: boolean;
}
export interface StrayItem {
  readonly account: string;
  readonly item: string;
  readonly currency: string;
  readonly netMinor: number;
}

export function checkTrialBalance(balance: TrialBalance): Difference[] {
  const { entity, currency, debitMinor, creditMinor } = balance;
  if (debitMinor === creditMinor) return [];
  return [
    {
      invariant: 'I10',
      code: 'trial-balance',
      subject: `${entity} ${currency}`,
      amountMinor: debitMinor - creditMinor,
      currency,
      detail: `the trial balance of ${entity} has debits of ${money(debitMinor, currency)} and credits of ${money(creditMinor, currency)}`,
    },
  ];
}

export function checkJournal(journal: OwnJournal): Difference[] {
  const { journalId, rule, currency, debitMinor, creditMinor } = journal;
  const found = (code: string, detail: string): Difference => ({
    invariant: 'I10',
    code,
    subject: journalId,
    amountMinor: debitMinor - creditMinor,
    currency,
    detail: `journal ${journalId} (rule ${rule}) ${detail}`,
  });
  return [
    ...(debitMinor !== creditMinor || journal.lines < 2
      ? [
          found(
            'journal-balance',
            `has debits of ${money(debitMinor, currency)} and credits of ${money(creditMinor, currency)}`,
          ),
        ]
      : []),
    ...(journal.source.trim() === '' ? [found('journal-source', 'does not name its source')] : []),
    ...(journal.batches !== 1
      ? [found('journal-batches', `is in ${journal.batches} batches, or waits for one twice`)]
      : []),
  ];
}

export function checkBalance(balance: KeptBalance): Difference[] {
  const { entity, account, currency, businessDate } = balance;
  const { keptDebitMinor, keptCreditMinor, debitMinor, creditMinor } = balance;
  if (keptDebitMinor === debitMinor && keptCreditMinor === creditMinor) return [];
  const amountMinor = keptDebitMinor - keptCreditMinor - (debitMinor - creditMinor);
  const both = (debit: number, credit: number) =>
    `debits of ${money(debit, currency)} and credits of ${money(credit, currency)}`;
  return [
    {
      invariant: 'I10',
      code: 'balance',
      subject: `${entity} ${account} ${currency} ${businessDate}`,
      amountMinor,
      currency,
      detail: `${account} of ${entity} on ${businessDate} is kept with ${both(keptDebitMinor, keptCreditMinor)}; its lines have ${both(debitMinor, creditMinor)}`,
    },
  ];
}

export function checkBatch(batch: OwnBatch): Difference[] {
  const { batchId, currency, journalCount, journals, state } = batch;
  const found = (code: string, detail: string): Difference => ({
    invariant: 'I10',
    code,
    subject: batchId,
    currency,
    detail: `posting batch ${batchId} ${detail}`,
  });
  const ours = new Map(batch.lines.map((one) => [one.account, one.netMinor]));
  const theirs = new Map(batch.journalLines.map((one) => [one.account, one.netMinor]));
  const accounts = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return [
    ...(journalCount !== journals
      ? [found('batch-journals', `says it holds ${journalCount} journals and holds ${journals}`)]
      : []),
    ...accounts.flatMap((account) => {
      const inLines = ours.get(account) ?? 0;
      const inJournals = theirs.get(account) ?? 0;
      if (inLines === inJournals) return [];
      const detail = `has ${money(inLines, currency)} on ${account}, its journals ${money(inJournals, currency)}`;
      return [{ ...found(`batch-account-${account}`, detail), amountMinor: inLines - inJournals }];
    }),
    ...(state === 'posted' && batch.documentNo === null
      ? [found('batch-document', 'is posted without a document number')]
      : []),
    ...(state === 'posted' && !batch.isByHand && batch.effectState !== 'done'
      ? [found('batch-effect', 'is posted, and no effect that is done posted it')]
      : []),
    ...(batch.effectState === 'done' && batch.effectDebitMinor !== batch.debitMinor
      ? [
          found(
            'batch-sent',
            `holds debits of ${money(batch.debitMinor, currency)}; ${money(batch.effectDebitMinor, currency)} were sent to the ERP`,
          ),
        ]
      : []),
  ];
}

export function checkStrayItem({ account, item, currency, netMinor }: StrayItem): Difference[] {
  if (netMinor === 0) return [];
  const name = item === '' ? 'lines without an item' : `item ${item}`;
  return [
    {
      invariant: 'I10',
      code: 'stray-item',
      subject: `${account} ${item}`,
      amountMinor: netMinor,
      currency,
      detail: `${account}, ${name}: ${money(netMinor, currency)} are open on journals that belong to no order`,
    },
  ];
}
