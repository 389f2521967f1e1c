/** One order that ended as it should, and what the other systems have of it. */
import type { OwnEffect } from '../../audit/own-effect';
import type { OwnOrder } from '../../audit/own-order';
import {
  OUTSIDE_KINDS,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../../canonical/ports/records';

export const CUTOFF = '2026-11-21T12:00:00.000Z';
export const EARLIER = '2026-11-21T11:00:00.000Z';
export const LATER = '2026-11-21T12:00:01.000Z';

export const name = { orderId: 'ord_1', channelInstance: 'web-us', orderNo: '1001' };

/** Two units of 20.00: one shipped and captured, one cancelled. */
export function endedOrder(change: Partial<OwnOrder> = {}): OwnOrder {
  return {
    ...name,
    channelOrderRef: '450',
    currency: 'USD',
    moneyMode: 'psp',
    totalMinor: 4_000,
    stage: 'closed',
    status: 'closed',
    isOnHold: false,
    lines: [
      {
        lineNo: 1,
        grossMinor: 4_000,
        discountMinor: 0,
        shippingMinor: 0,
        taxMinor: 0,
        allocated: { reserved: 0, released: 0, pickedUp: 0 },
        ordered: 2,
        unallocated: 0,
        backordered: 0,
        reserved: 0,
        released: 0,
        shipped: 1,
        pickedUp: 0,
        cancelled: 1,
        returned: 0,
      },
    ],
    tenders: [
      {
        tenderNo: 1,
        kind: 'card',
        amountMinor: 4_000,
        capturedMinor: 2_000,
        refundedMinor: 0,
        prepaidMinor: 0,
        prepaidUsedMinor: 0,
        paidFrom: null,
        forReturn: null,
      },
    ],
    authorizations: [
      {
        tenderNo: 1,
        authorizationNo: 1,
        state: 'consumed',
        reference: 'pi_1',
        amountMinor: 4_000,
        capturedMinor: 2_000,
        isTakenOver: false,
      },
    ],
    captures: [
      {
        tenderNo: 1,
        invoiceNo: 1,
        amountMinor: 2_000,
        authorizationNo: 1,
        reference: 'ch_1',
        try: 1,
        state: 'captured',
      },
    ],
    refunds: [],
    duplicates: [],
    returns: [],
    credits: [],
    invoices: [
      {
        invoiceNo: 1,
        amountMinor: 2_000,
        prepaidMinor: 0,
        lines: [{ lineNo: 1, quantity: 1, worthMinor: 2_000 }],
      },
    ],
    shipments: [],
    doubtedParcels: [],
    pickups: [],
    facts: [
      {
        moves: [{ lineNo: 1, groupNo: 1, from: null, to: 'reserved', quantity: 2 }],
        money: [],
        returned: [],
      },
      {
        moves: [{ lineNo: 1, groupNo: 1, from: 'reserved', to: 'shipped', quantity: 1 }],
        money: [],
        returned: [],
      },
      {
        moves: [],
        money: [{ tenderNo: 1, kind: 'captured', amountMinor: 2_000 }],
        returned: [],
      },
      {
        moves: [{ lineNo: 1, groupNo: 1, from: 'reserved', to: 'cancelled', quantity: 1 }],
        money: [],
        returned: [],
      },
    ],
    exceptions: [],
    openItems: [
      { account: 'AR', item: 'order:ord_1', netMinor: 0, clearingAccounts: [''] },
      {
        account: 'CLR',
        item: 'payment:ch_1',
        netMinor: 2_000,
        clearingAccounts: ['stripe-us'],
      },
    ],
    ...change,
  };
}

/** The first element, changed. */
export function changed<T>(list: readonly T[], change: Partial<T>): readonly T[] {
  return list.map((one, index) => (index === 0 ? { ...one, ...change } : one));
}

export function effect(change: Partial<OwnEffect> & Pick<OwnEffect, 'key' | 'verb'>): OwnEffect {
  return {
    state: 'done',
    order: name,
    channelOrderRef: '450',
    account: 'stripe-us',
    amountMinor: 40_994,
    currency: 'USD',
    reference: null,
    parts: [],
    calledAt: EARLIER,
    refusal: null,
    ...change,
  };
}

export function record(change: Partial<OutsideRecord> & Pick<OutsideRecord, 'id'>): OutsideRecord {
  return {
    parentId: null,
    key: null,
    reference: null,
    orderRef: null,
    amountMinor: 40_994,
    currency: 'USD',
    state: 'succeeded',
    type: null,
    parts: [],
    createdAt: EARLIER,
    updatedAt: EARLIER,
    ...change,
  };
}

/** One account whose books are a list that a test writes: of every system but a shop. */
export function booksOf(
  books: Partial<Record<OutsideKind, readonly OutsideRecord[]>>,
  account = 'test',
): OutsideRecords[] {
  return [
    {
      accounts: [account],
      kinds: Object.entries(OUTSIDE_KINDS).flatMap(([of, kinds]) =>
        of === 'commerce' ? [] : kinds,
      ),
      async *pages(kind) {
        yield await Promise.resolve(books[kind] ?? []);
      },
    },
  ];
}
