/**
 * Until when a pickup is held, against an oracle that knows nothing of offsets: it walks the instants
 * a quarter of an hour at a time and reads each off the store's clock.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closingDeadline,
  extendedDeadline,
  remindersAt,
  StoreNeverOpens,
  type StoreClock,
} from '../../canonical/rules/pickup/deadline';
import type { OpeningHours } from '../../canonical/schema/opening-hours';

const QUARTER_MS = 15 * 60_000;
const HOUR_MS = 4 * QUARTER_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

/** Whole, half and quarter hours off UTC; both hemispheres; changes at night and at midnight. */
const ZONES = [
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'Europe/Berlin',
  'Europe/Dublin',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
];

const clocks = new Map<string, Intl.DateTimeFormat>();
/** `2026-03-08 03:15`: they sort as text. */
function shown(instantMs: number, timeZone: string): string {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    clocks.set(timeZone, clock);
  }
  return clock.format(instantMs);
}

/** Instants of two years at which a zone's clock jumps. */
function jumpsOf(timeZone: string): number[] {
  const jumps: number[] = [];
  const from = Date.UTC(2026, 0, 1);
  for (let at = from; at < from + 730 * DAY_MS; at += HOUR_MS / 2) {
    const asIfUtc = (instantMs: number) => Date.parse(`${shown(instantMs, timeZone)}Z`);
    if (asIfUtc(at) - asIfUtc(at - HOUR_MS / 2) !== HOUR_MS / 2) jumps.push(at);
  }
  return jumps;
}
const JUMPS = new Map(ZONES.map((zone) => [zone, jumpsOf(zone)]));

function oracle(pickup: StoreClock & { readyAt: string; heldDays: number }): string {
  const { timeZone, openingHours, holidays, heldDays } = pickup;
  const readyMs = Date.parse(pickup.readyAt);
  const readyOn = shown(readyMs, timeZone).slice(0, 10);
  const target = new Date(Date.parse(readyOn) + heldDays * DAY_MS).toISOString().slice(0, 10);
  const start = readyMs - (readyMs % QUARTER_MS) - DAY_MS;
  const walk = Array.from({ length: (heldDays + 12) * 96 }, (_, index) => {
    const at = start + index * QUARTER_MS;
    return { at, label: shown(at, timeZone) };
  });
  for (const date of new Set(walk.map(({ label }) => label.slice(0, 10)))) {
    if (date < target) continue;
    const weekday = WEEK[(new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7] ?? 'monday';
    const special = holidays.find((one) => one.date === date);
    const to = (special?.hours ?? openingHours?.[weekday] ?? []).at(-1)?.to;
    if (to === undefined) continue;
    const closing = `${date} ${to}`;
    const showing = walk.filter(({ label }) => label === closing).at(-1)?.at;
    const ofDay = walk.filter(({ label }) => label.startsWith(date)).at(-1)?.at ?? 0;
    const passing = walk.findIndex(
      ({ label }, at) => label > closing && (walk[at - 1]?.label ?? '9') < closing,
    );
    const closes =
      to === '24:00' ? ofDay + QUARTER_MS : (showing ?? walk[passing]?.at ?? Number.NaN);
    if (closes > readyMs) return new Date(closes).toISOString();
  }
  throw new Error('the oracle did not walk far enough');
}

const closing = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 16 }), weight: 3 },
  fc.integer({ min: 1, max: 96 }),
  fc.constant(96),
);
const timeOf = (quarters: number) =>
  `${String(Math.floor(quarters / 4)).padStart(2, '0')}:${String((quarters % 4) * 15).padStart(2, '0')}`;
const hours = closing.map((quarters) => [{ from: '00:00', to: timeOf(quarters) }]);
const week = fc
  .array(fc.option(hours, { nil: [] }), { minLength: 7, maxLength: 7 })
  .filter((days) => days.some((day) => day.length > 0))
  .map((days) => Object.fromEntries(WEEK.map((day, at) => [day, days[at] ?? []])) as OpeningHours);

/** Ready so that the day until which it is held is one on which the clock jumps, or any. */
const place = fc.constantFrom(...ZONES).chain((timeZone) =>
  fc.record({
    timeZone: fc.constant(timeZone),
    heldUntil: fc.oneof(
      {
        arbitrary: fc.constantFrom(...(JUMPS.get(timeZone) ?? []), Date.UTC(2026, 6, 1)),
        weight: 3,
      },
      fc.integer({ min: 0, max: 729 }).map((day) => Date.UTC(2026, 0, 1) + day * DAY_MS),
    ),
    heldDays: fc.integer({ min: 0, max: 8 }),
    besideMinutes: fc.integer({ min: -900, max: 900 }),
    openingHours: week,
    closedOn: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
    shortHours: hours,
  }),
);

const always: OpeningHours = Object.fromEntries(
  WEEK.map((day) => [day, [{ from: '09:00', to: '21:00' }]]),
) as OpeningHours;
const newYork: StoreClock = {
  timeZone: 'America/New_York',
  openingHours: always,
  holidays: [],
};

describe('until when a pickup is held', () => {
  it('is what a walk over the instants of the store finds, over jumps of the clock and holidays', () => {
    fc.assert(
      fc.property(place, (at) => {
        const readyMs = at.heldUntil - at.heldDays * DAY_MS + at.besideMinutes * 60_000;
        const heldUntil = shown(readyMs + at.heldDays * DAY_MS, at.timeZone).slice(0, 10);
        const dayAfter = new Date(Date.parse(heldUntil) + DAY_MS).toISOString().slice(0, 10);
        const holidays =
          at.closedOn === null
            ? []
            : [
                { date: heldUntil, hours: [] },
                { date: dayAfter, hours: at.closedOn === 1 ? at.shortHours : [] },
              ];
        const { timeZone, openingHours, heldDays } = at;
        const readyAt = new Date(readyMs).toISOString();
        const pickup = { timeZone, openingHours, heldDays, readyAt, holidays };
        expect(closingDeadline(pickup)).toBe(oracle(pickup));
      }),
      { numRuns: 600 },
    );
  });

  it('keeps the hour of the clock over a change of daylight-saving time, either way', () => {
    const held = (readyAt: string) => closingDeadline({ ...newYork, readyAt, heldDays: 7 });
    expect(held('2026-03-03T15:00:00Z')).toBe('2026-03-11T01:00:00.000Z');
    expect(held('2026-10-29T15:00:00Z')).toBe('2026-11-06T02:00:00.000Z');
  });

  it('ends where the clock skips closing time, and at the later of two', () => {
    const to = (time: string): StoreClock => ({
      ...newYork,
      openingHours: { ...always, sunday: [{ from: '00:00', to: time }] },
    });
    const spring = { readyAt: '2026-03-08T05:00:00Z', heldDays: 0 };
    expect(closingDeadline({ ...to('02:30'), ...spring })).toBe('2026-03-08T07:00:00.000Z');
    const autumn = { readyAt: '2026-11-01T04:00:00Z', heldDays: 0 };
    expect(closingDeadline({ ...to('01:30'), ...autumn })).toBe('2026-11-01T06:30:00.000Z');
  });

  it('ends with the day where the clock shows midnight twice', () => {
    const havana = { ...newYork, timeZone: 'America/Havana' };
    const openingHours = { ...always, saturday: [{ from: '00:00', to: '24:00' }] };
    const autumn = { readyAt: '2026-10-31T20:00:00Z', heldDays: 0 };
    expect(closingDeadline({ ...havana, openingHours, ...autumn })).toBe(
      '2026-11-01T04:00:00.000Z',
    );
  });

  it('is never on a day that the calendar of the store skips', () => {
    const apia = { ...newYork, timeZone: 'Pacific/Apia' };
    const readyAt = '2011-12-29T20:00:00Z';
    // The 29th there; the 30th never was.
    expect(closingDeadline({ ...apia, readyAt, heldDays: 1 })).toBe('2011-12-31T07:00:00.000Z');
  });

  it('goes over holidays to the next day on which the store is open', () => {
    const holidays = [
      { date: '2026-12-25', hours: [] },
      { date: '2026-12-26', hours: [{ from: '12:00', to: '16:00' }] },
    ];
    const pickup = { ...newYork, holidays, readyAt: '2026-12-18T18:00:00Z', heldDays: 7 };
    expect(closingDeadline(pickup)).toBe('2026-12-26T21:00:00.000Z');
  });

  it('is not to be said for a store that has no opening hours, or never opens again', () => {
    const pickup = { readyAt: '2026-12-18T18:00:00Z', heldDays: 7 };
    const none = { ...newYork, openingHours: null };
    expect(() => closingDeadline({ ...none, ...pickup })).toThrow(StoreNeverOpens);
  });
});

describe('reminders', () => {
  const of = { readyAt: '2026-03-06T20:00:00Z', timeZone: 'America/New_York' };

  it('come in the morning of the store, once each, before the deadline only', () => {
    const deadlineAt = '2026-03-14T01:00:00Z';
    expect(remindersAt({ ...of, deadlineAt, reminderDays: [6, 3, 3, 9] })).toEqual([
      '2026-03-09T14:00:00.000Z',
      '2026-03-12T14:00:00.000Z',
    ]);
  });

  it('are none where it is held for less', () => {
    const deadlineAt = '2026-03-08T01:00:00Z';
    expect(remindersAt({ ...of, deadlineAt, reminderDays: [0, 3, 6] })).toEqual([]);
  });
});

describe('an extension', () => {
  const asked = {
    ...newYork,
    now: '2026-03-10T15:00:00Z',
    firstDeadlineAt: '2026-03-14T01:00:00Z',
    deadlineAt: '2026-03-14T01:00:00Z',
    maxExtensionDays: 14,
  };

  it('is held to closing time of the day that was asked for, or of the next open one', () => {
    expect(extendedDeadline({ ...asked, untilDate: '2026-03-20' })).toEqual({
      deadlineAt: '2026-03-21T01:00:00.000Z',
    });
    const holidays = [{ date: '2026-03-20', hours: [] }];
    expect(extendedDeadline({ ...asked, holidays, untilDate: '2026-03-20' })).toEqual({
      deadlineAt: '2026-03-22T01:00:00.000Z',
    });
  });

  it('is refused into the past, to what it is or earlier, and beyond the bound', () => {
    const lastDate = '2026-03-27';
    const answer = (untilDate: string) => extendedDeadline({ ...asked, untilDate });
    expect(answer('2026-03-09')).toEqual({ refused: 'in-the-past', lastDate });
    expect(answer('2026-03-13')).toEqual({ refused: 'not-later', lastDate });
    expect(answer('2026-03-28')).toEqual({ refused: 'too-late', lastDate });
    expect(answer(lastDate)).toEqual({ deadlineAt: '2026-03-28T01:00:00.000Z' });
  });

  it('is bounded from the first deadline, however often it was extended', () => {
    const extended = { ...asked, deadlineAt: '2026-03-28T01:00:00Z' };
    expect(extendedDeadline({ ...extended, untilDate: '2026-03-28' })).toMatchObject({
      refused: 'too-late',
    });
  });
});
