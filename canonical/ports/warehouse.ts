/** What we ask of a warehouse: take a fulfilment request, or give back what has not left. */
import type { Refused } from './fault';

export interface FulfilmentLine {
  readonly lineNo: number;
  readonly sku: string;
  readonly quantity: number;
}
export interface ShipTo {
  readonly name: string | null;
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly phone: string | null;
}
/** Its fields, in the order in which a request has them. */
export const SHIP_TO_FIELDS = [
  'name',
  'address1',
  'address2',
  'city',
  'region',
  'postalCode',
  'country',
  'phone',
] as const satisfies readonly (keyof ShipTo)[];

export interface FulfilmentRequest {
  /** The effect's key; the warehouse knows the request by it. */
  readonly key: string;
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly location: string;
  readonly correlationId: string;
  readonly lines: readonly FulfilmentLine[];
  readonly shipTo: ShipTo | null;
}
export interface Taken {
  readonly outcome: 'taken';
  readonly reference: string;
}
export interface RecallRequest {
  readonly key: string;
  readonly orderId: string;
  /** The key of the fulfilment request that is recalled. */
  readonly requestRef: string;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}
export interface Recalled {
  readonly outcome: 'recalled' | 'partly-recalled' | 'too-late';
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}

export interface Warehouse {
  /** Idempotent on `key` at the warehouse. */
  request(request: FulfilmentRequest): Promise<Taken | Refused>;
  findRequest(request: FulfilmentRequest): Promise<Taken | null>;
  /** Idempotent on `key`: the same recall again gives the first answer. */
  recall(request: RecallRequest): Promise<Recalled | Refused>;
}
