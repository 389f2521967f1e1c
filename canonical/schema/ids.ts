/** Branded ids: a string that says what it names, so that one is never passed for another. */
import { z } from 'zod';

const prefixed = (prefix: string, description: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-z]{20,40}$`), `an id that starts with ${prefix}_`)
    .meta({ description });

export const OrderId = prefixed('ord', 'The id that an order has here').brand<'OrderId'>();
export type OrderId = z.infer<typeof OrderId>;

/** The order's id and its group's number. */
export const PickupId = z
  .string()
  .regex(/^pu_[0-9a-z]{20,40}-[1-9]\d{0,3}$/, 'an id that starts with pu_')
  .meta({ description: 'The id of a pickup' });

export const JournalId = prefixed('jrn', 'The id of a journal').brand<'JournalId'>();
export type JournalId = z.infer<typeof JournalId>;

export const BatchId = prefixed('bat', 'The id of a batch of journals').brand<'BatchId'>();
export type BatchId = z.infer<typeof BatchId>;

export const ExceptionId = prefixed('exc', 'The id of an exception').brand<'ExceptionId'>();
export type ExceptionId = z.infer<typeof ExceptionId>;

export const SettlementId = prefixed('stl', 'The id that a settlement has here');

export const KeyId = prefixed('key', 'The id of a key, which opens nothing').brand<'KeyId'>();

/** One shop or seller account: two Shopify shops may both have an order #1001. */
export const ChannelInstance = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, such as shopify-us')
  .meta({ description: 'A channel of the set-up: one shop or seller account' });
export type ChannelInstance = z.infer<typeof ChannelInstance>;

/** The number a buyer sees; it is part of a workflow id, so it holds no slash and no space. */
export const OrderNo = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash, underscore; 64 at most')
  .meta({ description: 'The number that the buyer sees; unique within its channel instance' });
export type OrderNo = z.infer<typeof OrderNo>;

export const Sku = z
  .string()
  .min(1)
  .max(120)
  .regex(/^\S(.*\S)?$/, 'no space at either end')
  .meta({ description: 'What is sold: one item in one size and colour' });
export type Sku = z.infer<typeof Sku>;

export const LocationId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, such as dc-east')
  .meta({ description: 'A warehouse or a store' });
export type LocationId = z.infer<typeof LocationId>;

export const Instant = z.iso
  .datetime({ offset: true })
  .meta({ description: 'An instant, RFC 3339 with its offset' });
export const BusinessDate = z.iso
  .date()
  .meta({ description: 'A date of the books, in the time zone of the location' });
