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
  'mapping.tax-code': rule(4, 'retry', 'abandon'),
  'mapping.tender': rule(4, 'retry', 'abandon'),
  'mapping.account': rule(4, 'retry'),
  'order.totals-mismatch': rule(4, 'retry', 'override', 'abandon'),
  'order.refused-by-rule': rule(4, 'retry', 'abandon'),
  'inventory.insufficient': rule(2, 'retry', 'abandon'),
  'inventory.shortfall': rule(2, 'retry', 'override'),
  'payment.declined': rule(4, 'retry', 'abandon'),
  'payment.unconfirmed': rule(4, 'retry', 'abandon'),
  'payment.capture-failed': rule(4, 'retry', 'override', 'abandon'),
  'payment.void-failed': rule(4, 'retry', 'override'),
  'payment.unavailable': wait(4, 'retry'),
  'refund.failed': rule(4, 'retry', 'override'),
  'fulfilment.rejected': rule(1, 'retry', 'abandon'),
  'fulfilment.unavailable': wait(1, 'retry'),
  'fulfilment.overdue': wait(1, 'retry', 'override'),
  'fulfilment.shipped-after-cancel': rule(1, 'override'),
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

/** Codes of waits that pass by themselves. */
export const WAIT_CODES = Object.entries(EXCEPTION_RULES).flatMap(([code, { isWait }]) =>
  isWait ? [code as ExceptionCode] : [],
);

/** What would let the work go on without a person: a mapping, an item, stock. */
export const ExceptionCause = z
  .strictObject({
    kind: z.enum(['mapping', 'item', 'stock', 'order', 'flow', 'system', 'effect', 'event']),
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
  /** What would let the work go on; tells a reader which call to make. */
  readonly cause?: ExceptionCause;
}

export function ownerOf(code: ExceptionCode): Owner {
  return ERROR_CODES[code].owner;
}
