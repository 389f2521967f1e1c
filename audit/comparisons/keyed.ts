// Which records of which system stand for which effect of ours, and the words for them.
import type { EffectVerb } from '../own-effect';
import type { OutsideKind } from '../../canonical/ports/records';

export interface Comparison {
  readonly kind: OutsideKind;
  readonly verb: EffectVerb;
  /** `capture`, as in “stripe-us's records have no such capture”. */
  readonly noun: string;
  /** `were captured`, `was requested`. */
  readonly done: string;
  /** Whether a record in this state stands for an effect that was made. */
  readonly isMade: (state: string) => boolean;
}

const always = () => true;
const REFUND_ENDS = new Set(['failed', 'canceled']);
const DECLINED = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

export const KEYED: readonly Comparison[] = [
  {
    kind: 'authorization',
    verb: 'authorize',
    noun: 'authorization',
    done: 'authorized',
    isMade: (state) => !DECLINED.has(state),
  },
  {
    kind: 'capture',
    verb: 'capture',
    noun: 'capture',
    done: 'captured',
    isMade: always,
  },
  {
    kind: 'refund',
    verb: 'refund',
    noun: 'refund',
    done: 'refunded',
    isMade: (state) => !REFUND_ENDS.has(state),
  },
  {
    kind: 'fulfilment-request',
    verb: 'release',
    noun: 'fulfilment request',
    done: 'released',
    isMade: always,
  },
  {
    kind: 'recall',
    verb: 'recall',
    noun: 'recall',
    done: 'recalled',
    isMade: always,
  },
  {
    kind: 'sales-order',
    verb: 'sales-order',
    noun: 'sales order',
    done: 'sent as a sales order',
    isMade: always,
  },
  {
    kind: 'journal-document',
    verb: 'journal',
    noun: 'journal entry',
    done: 'posted',
    isMade: always,
  },
  {
    kind: 'tax-invoice',
    verb: 'tax-invoice',
    noun: 'invoice',
    done: 'invoiced, before tax,',
    isMade: always,
  },
  {
    kind: 'message',
    verb: 'notify',
    noun: 'message',
    done: 'sent',
    isMade: always,
  },
];
