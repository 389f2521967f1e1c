/** What we ask of a sales channel besides money: to be told what became of its order. */
import type { ReturnReason } from '../schema/return';
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
/** A fulfilment that the channel has and that nothing here told it of: its units are open again. */
export interface FulfilmentCancellation {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  /** The channel's name of it. */
  readonly reference: string;
}
export interface CancellationAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly reason: string;
}
/** The channel marks what is collected as ready, as a whole, and tells its buyer where it does so. */
export interface ReadyAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly lines: readonly { readonly channelLineRef: string; readonly quantity: number }[];
}
/** Units that another store holds for the buyer now. */
export interface MoveAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  /** The channel's own ids of the stores; null: it has none that is known here. */
  readonly from: string | null;
  readonly to: string | null;
  /** `there`: all units of the line that the new store holds, or has handed over, with these. */
  readonly lines: readonly {
    readonly channelLineRef: string;
    readonly quantity: number;
    readonly there: number;
  }[];
}
/** Units that left the store with whoever collected them. */
export interface HandoverAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  /** `handedOver`: all units of the line that left the store so far, with these. */
  readonly lines: readonly {
    readonly channelLineRef: string;
    readonly quantity: number;
    readonly handedOver: number;
  }[];
}
/** Units that the order does not have any more, where the rest of it goes on. */
export interface RemovalAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly reason: string;
  /** `leaves`: the units of the line that are still wanted or were delivered. */
  readonly lines: readonly { readonly channelLineRef: string; readonly leaves: number }[];
}
/** Units that are to come back, or that came without a word. */
export interface ReturnAnnouncement {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  /** Names it at the channel: what is found by it was told before. */
  readonly mark: string;
  readonly reason: ReturnReason | 'unannounced';
  readonly lines: readonly { readonly channelLineRef: string; readonly quantity: number }[];
}
/** Nothing more is expected of it, and its money has gone back. */
export interface ReturnClosure {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
  readonly rma: string;
  /** Where it began at the channel: that one's id. */
  readonly channelReturnRef: string | null;
}

export interface Announced {
  readonly outcome: 'announced';
  readonly reference: string;
}

/** Its units are not at the channel any more: it was told nothing. */
export interface NothingToTell {
  readonly outcome: 'nothing-to-tell';
}

/** Units of a line, and where the buyer collects them: the channel's own id; null: shipped. */
export interface PlaceOfLine {
  readonly channelLineRef: string;
  readonly quantity: number;
  readonly place: string | null;
}

/** Which order is looked at: by its own name at the channel, or by the fulfilment that changed. */
export interface ChannelFulfilment {
  readonly channelOrderRef?: string | undefined;
  readonly channelFulfilmentRef?: string | undefined;
}

/** How far the channel believes that what is collected of an order has come, whoever told it. */
export interface CollectionProgress {
  readonly channelOrderRef: string;
  /** Units of each line that it counts as picked up. */
  readonly pickedUp: readonly { readonly channelLineRef: string; readonly quantity: number }[];
  /** Lines of the fulfilment that was named, where it is one that is collected. */
  readonly named: readonly string[];
}

/** What a channel says became of goods that came back to it. */
export interface ReturnedGoods {
  readonly channelOrderRef: string;
  readonly channelReturnRef: string;
  readonly dispositions: readonly {
    /** The channel's id: the same again is told twice. */
    readonly ref: string;
    readonly channelLineRef: string;
    readonly quantity: number;
    /** `unsettled`: they are there, and somebody has to look at them. */
    readonly outcome: 'restocked' | 'unsettled' | 'missing';
    /** The channel's own id of the location; null: it does not say. */
    readonly place: string | null;
    /** RFC 3339. */
    readonly at: string;
  }[];
  /** What the channel gave back for them. */
  readonly refunds: readonly {
    readonly reference: string;
    readonly paymentRef: string;
    readonly amount: { readonly currency: string; readonly minorUnits: number };
  }[];
}

/** A means of payment of an order, as its channel has it. */
export interface TenderOfOrder {
  readonly gateway: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: 'authorized' | 'captured';
  readonly reference: string;
  /** RFC 3339. */
  readonly expiresAt?: string;
}

export interface SalesChannel {
  /** Null where it does not know what was expected back. */
  returnedGoods(reverseOrderRef: string): Promise<ReturnedGoods | null>;
  announceReturn(request: ReturnAnnouncement): Promise<Announced | Refused>;
  findReturn(request: ReturnAnnouncement): Promise<Announced | null>;
  closeReturn(request: ReturnClosure): Promise<Announced | Refused>;
  findReturnClosed(request: ReturnClosure): Promise<Announced | null>;
  /** Null where it does not know the order. */
  collectionProgress(of: ChannelFulfilment): Promise<CollectionProgress | null>;
  /** What paid for it, each by itself; null where it does not know the order. */
  tendersOf(channelOrderRef: string): Promise<readonly TenderOfOrder[] | null>;
  /** Null where it does not know the order. */
  placesOf(channelOrderRef: string): Promise<readonly PlaceOfLine[] | null>;
  announceShipment(request: ShipmentAnnouncement): Promise<Announced | Refused>;
  findShipment(request: ShipmentAnnouncement): Promise<Announced | null>;
  cancelFulfilment(request: FulfilmentCancellation): Promise<Announced | Refused>;
  findFulfilmentCancellation(request: FulfilmentCancellation): Promise<Announced | null>;
  announceCancellation(request: CancellationAnnouncement): Promise<Announced | Refused>;
  findCancellation(request: CancellationAnnouncement): Promise<Announced | null>;
  announceReady(request: ReadyAnnouncement): Promise<Announced | NothingToTell | Refused>;
  findReady(request: ReadyAnnouncement): Promise<NothingToTell | null>;
  announceMove(request: MoveAnnouncement): Promise<Announced | NothingToTell | Refused>;
  findMove(request: MoveAnnouncement): Promise<Announced | NothingToTell | null>;
  announceHandover(request: HandoverAnnouncement): Promise<Announced | Refused>;
  findHandover(request: HandoverAnnouncement): Promise<Announced | null>;
  announceRemoval(request: RemovalAnnouncement): Promise<Announced | Refused>;
  findRemoval(request: RemovalAnnouncement): Promise<Announced | null>;
}
