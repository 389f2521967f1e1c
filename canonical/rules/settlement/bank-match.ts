/**
 * Which booking of the bank is which payout: first by the references that its text names, one to one,
 * one booking of several payouts, several bookings of one; then by amount and date where only one of
 * each fits. To the cent: what is near is not matched.
 */
export interface BankBooking {
  readonly bankLineId: string;
  /** What of it is not matched; above zero came in. */
  readonly leftMinor: number;
  /** `YYYY-MM-DD`. */
  readonly bookedOn: string;
  readonly text: string;
}

export interface OpenPayout {
  readonly settlementId: string;
  readonly account: string;
  readonly reference: string;
  /** Of its net, what the bank has not shown; below zero is taken from us. */
  readonly leftMinor: number;
  readonly dueOn: string;
}

export interface BankMatch {
  readonly bankLineId: string;
  readonly settlementId: string;
  readonly amountMinor: number;
}

/** Five business days and the weekends beside them. */
const WINDOW_DAYS = 7;
const DAY_MS = 86_400_000;
/** A shorter one would be found in anything. */
const MIN_REFERENCE_CHARS = 6;

export function matchBookings(
  bookings: readonly BankBooking[],
  payouts: readonly OpenPayout[],
): BankMatch[] {
  const state: State = {
    bookings: new Map(bookings.map((one) => [one.bankLineId, one.leftMinor])),
    payouts: new Map(payouts.map((one) => [one.settlementId, one.leftMinor])),
    matches: [],
  };
  const named = namesIn(bookings, payouts);
  for (const booking of bookings) matchNamed(state, booking, named.get(booking.bankLineId) ?? []);
  for (const booking of bookings) matchPart(state, booking, named.get(booking.bankLineId) ?? []);
  const nameless = bookings.filter((one) => (named.get(one.bankLineId) ?? []).length === 0);
  matchAmounts(state, nameless, payouts);
  for (const booking of nameless) matchDay(state, booking, payouts);
  return state.matches;
}

interface State {
  /** What is left of each. */
  readonly bookings: Map<string, number>;
  readonly payouts: Map<string, number>;
  readonly matches: BankMatch[];
}

const leftOf = (left: ReadonlyMap<string, number>, id: string) => left.get(id) ?? 0;

function take(state: State, bankLineId: string, settlementId: string, amountMinor: number): void {
  state.matches.push({ bankLineId, settlementId, amountMinor });
  state.bookings.set(bankLineId, leftOf(state.bookings, bankLineId) - amountMinor);
  state.payouts.set(settlementId, leftOf(state.payouts, settlementId) - amountMinor);
}

/** Banks change case and drop what is no letter or digit. */
const plain = (text: string) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

function namesIn(
  bookings: readonly BankBooking[],
  payouts: readonly OpenPayout[],
): ReadonlyMap<string, readonly OpenPayout[]> {
  const references = payouts
    .map((payout) => ({ payout, plain: plain(payout.reference) }))
    .filter((one) => one.plain.length >= MIN_REFERENCE_CHARS);
  return new Map(
    bookings.map(({ bankLineId, text }) => {
      const said = plain(text);
      return [
        bankLineId,
        references.filter((one) => said.includes(one.plain)).map(({ payout }) => payout),
      ];
    }),
  );
}

/** All that it names, where they come to it together. */
function matchNamed(state: State, booking: BankBooking, named: readonly OpenPayout[]): void {
  const open = named.filter((one) => leftOf(state.payouts, one.settlementId) !== 0);
  takeAll(state, booking, open);
}

function takeAll(state: State, booking: BankBooking, payouts: readonly OpenPayout[]): void {
  const left = leftOf(state.bookings, booking.bankLineId);
  const total = payouts.reduce((sum, one) => sum + leftOf(state.payouts, one.settlementId), 0);
  if (left === 0 || payouts.length === 0 || total !== left) return;
  for (const { settlementId } of payouts) {
    take(state, booking.bankLineId, settlementId, leftOf(state.payouts, settlementId));
  }
}

/** A part of the one payout that it names. */
function matchPart(state: State, booking: BankBooking, named: readonly OpenPayout[]): void {
  const [payout, ...others] = named;
  if (payout === undefined || others.length > 0) return;
  const left = leftOf(state.bookings, booking.bankLineId);
  const open = leftOf(state.payouts, payout.settlementId);
  if (left === 0 || Math.sign(left) !== Math.sign(open) || Math.abs(left) > Math.abs(open)) return;
  take(state, booking.bankLineId, payout.settlementId, left);
}

function isNear(booking: BankBooking, { dueOn }: OpenPayout): boolean {
  const days = (Date.parse(booking.bookedOn) - Date.parse(dueOn)) / DAY_MS;
  return days >= -1 && days <= WINDOW_DAYS;
}

/** One booking and one payout of that amount, near each other, and no other of either. */
function matchAmounts(
  state: State,
  bookings: readonly BankBooking[],
  payouts: readonly OpenPayout[],
): void {
  for (const booking of bookings) {
    const left = leftOf(state.bookings, booking.bankLineId);
    if (left === 0) continue;
    const fitting = payouts.filter(
      (one) => leftOf(state.payouts, one.settlementId) === left && isNear(booking, one),
    );
    const [payout] = fitting;
    if (payout === undefined || fitting.length > 1) continue;
    const rivals = bookings.filter(
      (one) => leftOf(state.bookings, one.bankLineId) === left && isNear(one, payout),
    );
    if (rivals.length > 1) continue;
    take(state, booking.bankLineId, payout.settlementId, left);
  }
}

/** Several payouts that one account made on one day, in one booking. */
function matchDay(state: State, booking: BankBooking, payouts: readonly OpenPayout[]): void {
  const days = new Map<string, OpenPayout[]>();
  for (const payout of payouts) {
    if (leftOf(state.payouts, payout.settlementId) === 0 || !isNear(booking, payout)) continue;
    const key = `${payout.account} ${payout.dueOn}`;
    days.set(key, [...(days.get(key) ?? []), payout]);
  }
  const left = leftOf(state.bookings, booking.bankLineId);
  const fitting = [...days.values()].filter(
    (day) =>
      day.length > 1 &&
      day.reduce((sum, one) => sum + leftOf(state.payouts, one.settlementId), 0) === left,
  );
  const [day] = fitting;
  if (day !== undefined && fitting.length === 1) takeAll(state, booking, day);
}
