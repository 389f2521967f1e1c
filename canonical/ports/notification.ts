/** What we ask of a mail and text-message provider. */
import type { Refused } from './fault';

/** What a customer is told. `pickup-…` have `orderNo`, `storeName` and what each needs beside them. */
export type MessageTemplate =
  | 'order-shipped'
  | 'order-cancelled'
  /** `amount`; `what`: `confirm` it with the bank, or give `another-means` of payment. */
  | 'payment-needed'
  /** `amount`: what goes back. */
  | 'return-accepted'
  /** `code`, `heldUntil` (the store's local time). */
  | 'pickup-ready'
  | 'pickup-reminder'
  | 'pickup-handed-over'
  | 'pickup-expired'
  /** It is collected in another store, as was agreed beforehand. */
  | 'pickup-moved'
  /** It is sent home instead, as was agreed beforehand. */
  | 'pickup-sent-home'
  /** The store cannot give what was sold there. */
  | 'pickup-unavailable';

export interface CustomerMessage {
  readonly key: string;
  readonly orderId: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly template: MessageTemplate;
  readonly variables: Readonly<Record<string, string>>;
}
/** To the people who own an exception. */
export interface TeamMessage {
  readonly key: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly template: 'exception-escalated';
  readonly variables: Readonly<Record<string, string>>;
}
export type Message = CustomerMessage | TeamMessage;

export interface Sent {
  readonly outcome: 'sent';
  readonly reference: string;
}

export interface Notifier {
  send(message: Message): Promise<Sent | Refused>;
  findMessage(key: string): Promise<Sent | null>;
}
