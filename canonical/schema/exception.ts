/** Exceptions: work that waits for a person, with an owner, a deadline and what may resolve it. */
import { z } from 'zod';
import { ERROR_CODES, type ExceptionCode, type Owner } from './error-codes';

export const RESOLUTIONS = ['retry', 'override', 'abandon'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

const HOUR_MS = 3_600_000;

interface ExceptionRule {
  readonly deadlineMs: number;
  readonly resolutions: readonly Resolution[];
  /** It passes by itself: the work is tried again while it is open. */
  readonly isWait: boolean;
}

/** Deadlines by owner family (the domain's table); what may resolve each code. */
const rule = (hours: number, ...resolutions: Resolution[]): ExceptionRule => ({
  deadlineMs: hours * HOUR_MS,
  resolutions,
  isWait: false,
});
const wait = (hours: number, ...resolutions: Resolution[]): ExceptionRule => ({
  ...rule(hours, ...resolutions),
  isWait: true,
});

export const EXCEPTION_RULES: Readonly<Record<ExceptionCode, ExceptionRule>> = {
  'mapping.sku': rule(4, 'retry', 'abandon'),
  'mapping.currency': rule(4, 'retry', 'abandon'),
  'mapping.tax-code': rule(4, 'retry', 'abandon'),
  'mapping.tender': rule(4, 'retry', 'abandon'),
  'mapping.store': rule(4, 'retry', 'abandon'),
  'mapping.account': rule(4, 'retry'),
  'order.totals-mismatch': rule(4, 'retry', 'override', 'abandon'),
  'order.refused-by-rule': rule(4, 'retry', 'abandon'),
  'order.changed-at-channel': rule(1, 'override'),
  'inventory.insufficient': rule(2, 'retry', 'abandon'),
  'inventory.shortfall': rule(2, 'retry', 'override'),
  'payment.declined': rule(4, 'retry', 'abandon'),
  'payment.needs-buyer': rule(24, 'retry', 'abandon'),
  'payment.unconfirmed': rule(4, 'retry', 'abandon'),
  'payment.capture-failed': rule(4, 'retry', 'override', 'abandon'),
  'payment.duplicate-capture': rule(4, 'retry', 'override'),
  'payment.void-failed': rule(4, 'retry', 'override'),
  'payment.unavailable': wait(4, 'retry'),
  'refund.to-approve': rule(4, 'override', 'abandon'),
  'refund.outside': rule(24, 'override'),
  'refund.not-captured': rule(4, 'retry'),
  'refund.failed': rule(4, 'retry', 'override'),
  'return.not-invoiced': rule(48, 'retry'),
  'return.exchange-refused': rule(24, 'retry', 'override'),
  'return.not-received': rule(24, 'retry', 'override', 'abandon'),
  'return.to-send-back': rule(24, 'override'),
  'return.to-approve': rule(24, 'override', 'abandon'),
  'return.to-review': rule(48, 'override'),
  'fulfilment.rejected': rule(1, 'retry', 'abandon'),
  'fulfilment.unavailable': wait(1, 'retry'),
  'fulfilment.overdue': wait(1, 'retry', 'override'),
  'fulfilment.shipped-after-cancel': rule(1, 'override'),
  'fulfilment.wrong-item': rule(1, 'override', 'abandon'),
  'fulfilment.same-parcel': rule(1, 'override', 'abandon'),
  'fulfilment.over-shipped': rule(1, 'override'),
  'fulfilment.short-shipped': rule(1, 'override'),
  'fulfilment.tracking-changed': rule(4, 'override'),
  'fulfilment.misdated': rule(24, 'override'),
  'fulfilment.duplicate': rule(1, 'retry', 'override'),
  'pickup.not-picked': rule(1, 'retry', 'abandon'),
  'pickup.rejected': rule(1, 'retry', 'abandon'),
  'pickup.substituted': rule(24, 'override'),
  'pickup.tax-unavailable': wait(1, 'retry'),
  'pickup.refused-by-rule': rule(1, 'retry', 'abandon'),
  'settlement.unreadable': rule(48, 'retry', 'abandon'),
  'settlement.untied': rule(48, 'retry', 'abandon'),
  'settlement.unmatched': rule(48, 'retry', 'override'),
  'settlement.unknown': rule(48, 'override'),
  'settlement.paid-short': rule(48, 'retry', 'override'),
  'settlement.silent': wait(48, 'retry'),
  'settlement.not-fetched': wait(48, 'retry'),
  'settlement.file-refused': rule(48, 'retry'),
  'settlement.payout-failed': rule(48, 'retry'),
  'settlement.not-at-bank': wait(48, 'retry'),
  'close.changed': rule(48, 'retry', 'abandon'),
  'close.overdue': wait(48, 'retry'),
  'reconciliation.difference': rule(48, 'retry', 'override'),
  'reconciliation.unreadable': wait(48, 'retry'),
  'erp.refused': rule(8, 'retry', 'override'),
  'erp.unavailable': rule(8, 'retry'),
  'publishing.refused': rule(4, 'retry', 'abandon'),
  'publishing.unavailable': rule(4, 'retry'),
  'event.unmappable': rule(4, 'retry', 'abandon'),
  'event.no-order': rule(4, 'retry', 'abandon'),
  'event.no-flow': rule(4, 'retry', 'abandon'),
  'event.no-rule': rule(4, 'retry', 'abandon'),
  'platform.stalled': rule(4, 'retry'),
};

/** What may resolve one exception: what its code allows, less what it could not go on by. */
export const offered = (code: ExceptionCode, not: readonly Resolution[]): Resolution[] =>
  EXCEPTION_RULES[code].resolutions.filter((one) => !not.includes(one));

/** Codes of waits that pass by themselves. */
export const WAIT_CODES = Object.entries(EXCEPTION_RULES).flatMap(([code, { isWait }]) =>
  isWait ? [code as ExceptionCode] : [],
);

/** What would let the work go on without a person: a mapping, an item, stock. */
export const ExceptionCause = z
  .strictObject({
    kind: z.enum([
      'mapping',
      'item',
      'location',
      'stock',
      'order',
      'flow',
      'system',
      'effect',
      'event',
      'settlement',
      'period',
    ]),
    /** `sku/shopify-us/IPOD2008RED`, `IPOD2008RED`, `netsuite-us` …: what wakes the waiting work. */
    ref: z.string().max(300),
  })
  .meta({ id: 'ExceptionCause' });
export type ExceptionCause = z.infer<typeof ExceptionCause>;

/** What a flow shows of an exception it waits for. */
export interface ExceptionBrief {
  readonly exceptionId: string;
  readonly code: ExceptionCode;
  readonly owner: Owner;
  /** RFC 3339. */
  readonly deadlineAt: string;
  readonly detail: string;
  readonly resolutions: readonly Resolution[];
  /** It passes by itself, and blocks nothing. */
  readonly isWait: boolean;
  /** The step that waits, such as `capture:1:2`. */
  readonly blocks: string;
  /** Its deadline has passed, and its owner was told. */
  readonly isEscalated?: boolean;
  /** A resolution that waits for the word of others; no words and no names of theirs. */
  readonly asked?: { readonly resolution: Resolution; readonly approvalsMissing: number };
  /** What would let the work go on; tells a reader which call to make. */
  readonly cause?: ExceptionCause;
}

export function ownerOf(code: ExceptionCode): Owner {
  return ERROR_CODES[code].owner;
}
