// An effect of ours on another system, as the audit compares it.
import type { RecordPart } from '../canonical/ports/records';
import { nameOfOrder, type OrderName } from './report';

/** The first part of an effect's key. */
export const EFFECT_VERBS = [
  'authorize',
  'capture',
  'void',
  'refund',
  'release',
  'recall',
  'sales-order',
  'fulfil',
  'ready',
  'move',
  'handover',
  'remove',
  'tax-invoice',
  'notify',
  'cancel-at-channel',
  'cancel-fulfilment',
  'return-at-channel',
  'close-return-at-channel',
  'journal',
] as const;
export type EffectVerb = (typeof EFFECT_VERBS)[number];

export interface OwnEffect {
  readonly key: string;
  readonly verb: EffectVerb;
  /** `called`: its answer is not known yet; it may or may not be there. */
  readonly state: 'called' | 'done' | 'refused';
  readonly order: OrderName | null;
  readonly channelOrderRef: string | null;
  /** The account that it was made in. */
  readonly account: string;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  /** The other system's name for it. */
  readonly reference: string | null;
  readonly parts: readonly RecordPart[];
  /** A digest of where it is sent; left out or null: nothing is known of that. */
  readonly addressDigest?: string | null;
  /** RFC 3339. */
  readonly calledAt: string;
  /** The other system's word for its refusal: `card_declined`. */
  readonly refusal: string | null;
}

const VERBS: ReadonlySet<string | undefined> = new Set(EFFECT_VERBS);
const isVerb = (text: string | undefined): text is EffectVerb => VERBS.has(text);

/** `capture:ord_…:1:2:1` → `capture`; null for what is no key of ours. */
export function verbOf(key: string | null): EffectVerb | null {
  const [verb, subject] = key?.split(':') ?? [];
  return isVerb(verb) && subject !== undefined && subject !== '' ? verb : null;
}

const TENDER_VERBS: ReadonlySet<EffectVerb> = new Set(['authorize', 'capture', 'void', 'refund']);

/** The tender that a money effect's key names: `capture:{order}:{tender}:…`. */
export function tenderOf(key: string | null): number | null {
  const verb = verbOf(key);
  const tender = Number(key?.split(':')[2]);
  return verb !== null && TENDER_VERBS.has(verb) && Number.isInteger(tender) ? tender : null;
}

/** `order shopify-us/1001 (ord_…), tender 1`; a batch by its key. */
export function nameOfEffect(key: string, order: OrderName | null): string {
  const tender = tenderOf(key);
  const whose = order === null ? key.slice(key.indexOf(':') + 1) : nameOfOrder(order);
  return tender === null ? whose : `${whose}, tender ${tender}`;
}
