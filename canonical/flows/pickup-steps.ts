/** The steps of a pickup: what is taxed at another place is asked; the others wait for a person. */
import { PICKED_IN_TIME, type PickupFlowInput, type QuoteDue } from './pickup';
import { blocked, type ResolutionTable, type StepKind } from './step';

/** What a resolution does to a pickup; `moments/pickup/pickup-resolutions.ts` does it. */
export type PickupAction =
  'askStoreAgain' | 'cancelRejected' | 'giveStoreTime' | 'cancelUnpicked' | 'askPerson';

interface PickupStepKind extends StepKind<QuoteDue, PickupFlowInput> {
  readonly resolutions: ResolutionTable<PickupAction>;
}

export const blocksQuote = (reSourcingNo: number) => blocked('quote', { reSourcingNo });

const units = (count: number) => (count === 1 ? '1 unit' : `${count} units`);

const quote: PickupStepKind = {
  name: 'quote',
  activity: 'quoteTax',
  blocks: ({ reSourcingNo }) => blocksQuote(reSourcingNo),
  queue: ({ account }) => `tax.${account}`,
  summary: ({ account, units: count, storeId }) =>
    `Ask ${account} what ${units(count)} are taxed with at ${storeId ?? 'the address of the order'}`,
  unavailable: 'pickup.tax-unavailable',
  waitsForDecisions: false,
  // A mapping that is made, or a retry, lets it be asked again.
  resolutions: { 'mapping.tax-code': { abandon: 'askPerson' } },
};

export const PICKUP_STEPS = { quote } as const;

/** What a store's silence leads to: nobody's work once it has answered. */
export const NOT_PICKED_STEPS: readonly string[] = [PICKED_IN_TIME.step, quote.name];

/** What a resolution does, by what its exception blocked and by its code. */
export const PICKUP_RESOLUTIONS: Readonly<
  Record<string, { readonly resolutions: ResolutionTable<PickupAction> }>
> = {
  ...PICKUP_STEPS,
  [PICKED_IN_TIME.step]: {
    resolutions: { 'pickup.not-picked': { retry: 'giveStoreTime', abandon: 'cancelUnpicked' } },
  },
  reject: {
    resolutions: { 'pickup.rejected': { retry: 'askStoreAgain', abandon: 'cancelRejected' } },
  },
};
