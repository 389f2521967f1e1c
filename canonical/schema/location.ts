/** Locations as the API takes and shows them. */
import { z } from 'zod';
import { Instant } from './ids';
import { Holidays, OpeningHours } from './opening-hours';

const DEFAULT_PRIORITY = 100;
const MAX_PRIORITY = 1_000_000;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const LocationBody = z
  .strictObject({
    name: z.string().min(1).max(200).meta({ description: 'What people call it' }),
    kind: z.enum(['dc', 'store']).meta({ description: '`dc`: a distribution centre' }),
    timeZone: z
      .string()
      .max(60)
      .refine((name) => name.includes('/') && isTimeZone(name), {
        error: ({ input }) =>
          `there is no time zone ${JSON.stringify(input)}; an IANA one such as America/New_York`,
      })
      .meta({
        description: 'IANA; business dates of what happens there are in it',
        example: 'America/New_York',
      }),
    entity: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
      .optional()
      .meta({ description: 'Of the set-up; left out: the only one there is' }),
    ships: z.boolean().default(true).meta({ description: 'Orders are sent from there' }),
    active: z.boolean().default(true).meta({ description: 'Its stock may be promised' }),
    priority: z
      .int()
      .min(0)
      .max(MAX_PRIORITY)
      .default(DEFAULT_PRIORITY)
      .meta({ description: 'Lower is sourced from first' }),
    openingHours: OpeningHours.optional(),
    holidays: Holidays.default([]),
  })
  .refine(({ kind, openingHours }) => kind === 'store' || openingHours === undefined, {
    path: ['openingHours'],
    error: 'only a store has opening hours',
  })
  .refine(({ openingHours, holidays }) => openingHours !== undefined || holidays.length === 0, {
    path: ['holidays'],
    error: 'they differ from opening hours, and there are none',
  })
  .meta({ id: 'LocationBody' });
export type LocationBody = z.infer<typeof LocationBody>;

export const Location = z
  .strictObject({
    locationId: z.string(),
    name: z.string(),
    kind: z.enum(['dc', 'store']),
    /** IANA: business dates of what happens here are in it. */
    timeZone: z.string(),
    entity: z.string(),
    ships: z.boolean(),
    active: z.boolean(),
    /** Lower is sourced from first. */
    priority: z.int(),
    /** Null: nothing can be collected here. */
    openingHours: OpeningHours.nullable(),
    holidays: Holidays,
    updatedAt: Instant,
  })
  .meta({ id: 'Location' });
export type Location = z.infer<typeof Location>;
