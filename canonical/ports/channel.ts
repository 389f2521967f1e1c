/** What we ask of a sales channel besides money: to be told what became of its order. */
import type { Refused } from './fault';

export interface ShipmentAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly shipmentNo: number;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly lines: readonly { readonly channelLineRef: string; readonly quantity: number }[];
}
export interface CancellationAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly reason: string;
}
export interface Announced {
  readonly outcome: 'announced';
  readonly reference: string;
}

export interface SalesChannel {
  announceShipment(request: ShipmentAnnouncement): Promise<Announced | Refused>;
  findShipment(request: ShipmentAnnouncement): Promise<Announced | null>;
  announceCancellation(request: CancellationAnnouncement): Promise<Announced | Refused>;
  findCancellation(request: CancellationAnnouncement): Promise<Announced | null>;
}
