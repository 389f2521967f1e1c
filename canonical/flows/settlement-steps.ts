/** What exceptions of a settlement block, and what each resolution of them does. */
import { blocked, type ResolutionTable } from './step';

/** `moments/settlement/resolutions.ts` does it. */
export type SettlementAction = 'stageAgain' | 'reject' | 'recheck' | 'classify' | 'writeOff';

/** Its bytes are to be read. */
export const blocksStaging = () => blocked('stage');
/** Its lines have to add up. */
export const blocksTie = () => blocked('tie');
/** What is not known of it is in suspense. */
export const blocksSuspense = () => blocked('suspense');
/** Payments that it pays less of than was taken. */
export const blocksShort = () => blocked('short');
/** Its payout is not at the bank. */
export const blocksBank = () => blocked('bank');

/** By step. */
export const SETTLEMENT_RESOLUTION_TABLES: Readonly<
  Record<string, { readonly resolutions: ResolutionTable<SettlementAction> }>
> = {
  stage: { resolutions: { 'settlement.unreadable': { retry: 'stageAgain', abandon: 'reject' } } },
  tie: { resolutions: { 'settlement.untied': { retry: 'stageAgain', abandon: 'reject' } } },
  suspense: {
    resolutions: {
      'settlement.unmatched': { retry: 'recheck', override: 'writeOff' },
      'settlement.unknown': { override: 'classify' },
    },
  },
  short: { resolutions: { 'settlement.paid-short': { retry: 'recheck', override: 'writeOff' } } },
};
