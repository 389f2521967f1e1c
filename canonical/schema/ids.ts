/** Branded ids: a string that says what it names, so that one is never passed for another. */
import { z } from 'zod';

const prefixed = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{20,40}$`), `an id that starts with ${prefix}_`);

export const OrderId = prefixed('ord').brand<'OrderId'>();
export type OrderId = z.infer<typeof OrderId>;

export const JournalId = prefixed('jrn').brand<'JournalId'>();
export type JournalId = z.infer<typeof JournalId>;

export const BatchId = prefixed('bat').brand<'BatchId'>();
export type BatchId = z.infer<typeof BatchId>;

export const ExceptionId = prefixed('exc').brand<'ExceptionId'>();
export type ExceptionId = z.infer<typeof ExceptionId>;

export const KeyId = prefixed('key').brand<'KeyId'>();

/** One shop or seller account: two Shopify shops may both have an order #1001. */
export const ChannelInstance = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, such as shopify-us');
export type ChannelInstance = z.infer<typeof ChannelInstance>;

/** The number a buyer sees; it is part of a workflow id, so it holds no slash and no space. */
export const OrderNo = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash, underscore; 64 at most');
export type OrderNo = z.infer<typeof OrderNo>;

export const Sku = z
  .string()
  .min(1)
  .max(120)
  .regex(/^\S(.*\S)?$/, 'no space at either end');
export type Sku = z.infer<typeof Sku>;

export const LocationId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, such as dc-east');
export type LocationId = z.infer<typeof LocationId>;

/** RFC 3339 in UTC. */
export const Instant = z.iso.datetime({ offset: true });
export const BusinessDate = z.iso.date();
