/** What we ask of a mail and text-message provider. */
import type { Refused } from './fault';

export interface CustomerMessage {
  readonly key: string;
  readonly orderId: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly template: 'order-shipped' | 'order-cancelled';
  readonly variables: Readonly<Record<string, string>>;
}
export interface Sent {
  readonly outcome: 'sent';
  readonly reference: string;
}

export interface Notifier {
  send(message: CustomerMessage): Promise<Sent | Refused>;
  findMessage(key: string): Promise<Sent | null>;
}
