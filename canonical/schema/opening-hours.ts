/** When a store is open, on its own clock: by weekday, and on the days that differ. */
import { z } from 'zod';
import { BusinessDate } from './ids';

/** A morning, an afternoon, an evening, and the hours after midnight of the day before. */
const MAX_SPANS_A_DAY = 4;
/** Of some years to come. */
const MAX_HOLIDAYS = 200;
const OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Local `HH:MM`; closing may also be `24:00`. */
const Span = z
  .strictObject({
    from: z
      .string()
      .regex(OF_DAY, 'a time of day from 00:00 to 23:59')
      .meta({ description: 'When it opens, HH:MM' }),
    to: z
      .string()
      .refine((time) => OF_DAY.test(time) || time === '24:00', {
        error: 'a time of day from 00:01 to 24:00',
      })
      .meta({ description: 'When it closes, HH:MM, or `24:00`' }),
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    error: 'later than it opens; hours past midnight are of the next day',
  });

const Hours = z
  .array(Span)
  .max(MAX_SPANS_A_DAY)
  .refine((spans) => spans.every(({ from }, at) => at === 0 || (spans[at - 1]?.to ?? '') < from), {
    error: 'spans in the order of the day, with time between them',
  });

const Day = Hours.default([]).meta({
  description: 'When it is open on that day; left out: closed',
});

/** A weekday that is left out is closed. */
export const OpeningHours = z
  .strictObject({
    monday: Day,
    tuesday: Day,
    wednesday: Day,
    thursday: Day,
    friday: Day,
    saturday: Day,
    sunday: Day,
  })
  .refine((week) => Object.values(week).some((spans) => spans.length > 0), {
    error: 'open on one day at least; a store without opening hours leaves them out',
  })
  .meta({
    id: 'OpeningHours',
    description: 'By weekday, on the clock of the store; a weekday that is left out is closed',
  });
export type OpeningHours = z.infer<typeof OpeningHours>;

export const Holidays = z
  .array(
    z.strictObject({
      date: BusinessDate.meta({
        description: 'The day, on the clock of the store',
        example: '2026-12-25',
      }),
      hours: Day.meta({ description: 'Empty or left out: closed' }),
    }),
  )
  .max(MAX_HOLIDAYS)
  .refine((days) => new Set(days.map(({ date }) => date)).size === days.length, {
    error: 'each date once',
  })
  .meta({ description: 'Dates of the store on which it is closed or open at other hours' });
export type Holidays = z.infer<typeof Holidays>;
