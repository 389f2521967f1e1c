/** What every vendor's inbound side offers, so that one webhook door serves all of them. */
import type { z } from 'zod';
import type { OrderWord } from '../canonical/rules/order/later-word';
import type { CanonicalEvent } from '../canonical/schema/event';

/** As Node gives them: lower-case names. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Verification =
  | { readonly verified: true }
  /** `why` is fit for a log: it holds no part of the secret or of the body. */
  | { readonly verified: false; readonly why: string };

/** `source` + `eventId` is what makes two deliveries the same event. */
export interface WebhookIdentity {
  readonly source: string;
  readonly eventId: string;
  readonly topic: string;
  /** RFC 3339 in UTC by the vendor's clock; null where it says nothing readable. */
  readonly occurredAt: string | null;
}

/** `pointer` is RFC 6901 into the vendor's own object, such as `/line_items/0/price`. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** Why it begins nothing where its order is not here. */
export type IfUnknown =
  | { readonly outcome: 'ignored'; readonly why: string }
  | { readonly outcome: 'unreadable'; readonly problems: readonly FieldProblem[] };

export type InboundResult =
  | {
      readonly outcome: 'mapped';
      readonly events: readonly CanonicalEvent[];
      readonly word?: OrderWord;
      readonly ifUnknown?: IfUnknown;
      /** The delivery does not say where an order is collected: its channel has to be asked. */
      readonly asksForPlaces?: boolean;
      /** Nor by what it was paid, and how much by each. */
      readonly asksForTenders?: boolean;
    }
  | IfUnknown;

const MAX_PROBLEMS = 100;

/** Where a body does not fit; `within` goes before each pointer. */
export function fieldProblems(error: z.ZodError, within = ''): FieldProblem[] {
  return error.issues.map(({ path, message }) => ({
    pointer: within + path.map((part) => `/${String(part)}`).join(''),
    detail: message,
  }));
}

export function unreadable(problems: readonly FieldProblem[]): IfUnknown {
  return { outcome: 'unreadable', problems: problems.slice(0, MAX_PROBLEMS) };
}

export interface InboundContext {
  readonly account: string;
  /** Its channel is one for tests: what is a test there is processed. */
  readonly isTest?: boolean;
}

export interface InboundConnector {
  /** What this account's deliveries are signed with. */
  secret(): string;
  /** On the raw bytes, in constant time; `nowMs` matters where the vendor signs a time. */
  verify(
    headers: WebhookHeaders,
    rawBody: Uint8Array,
    secret: string,
    nowMs?: number,
  ): Verification;
  /** Never throws, whatever the body: what is signed is stored. */
  identify(headers: WebhookHeaders, rawBody: Uint8Array): WebhookIdentity;
  /** Pure. `body` is the parsed JSON of the delivery. */
  toEvents(topic: string, body: unknown, context: InboundContext): InboundResult;
}

export function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** `2008-01-10T11:00:00-05:00` → `2008-01-10T16:00:00.000Z`; null where it is no instant. */
export function toUtc(text: string | null | undefined): string | null {
  if (!text) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}
