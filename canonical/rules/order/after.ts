/** The order as it is after a change that a moment writes; what is due next follows from it. */
import type {
  OrderSnapshot,
  SnapshotAuthorization,
  SnapshotCapture,
  SnapshotGroup,
  SnapshotRefund,
  SnapshotTender,
} from './snapshot';

export type Place =
  'unallocated' | 'backordered' | 'reserved' | 'released' | 'shipped' | 'pickedUp' | 'cancelled';

/** Units that went from one place to another; the quantities of a line are their sum. */
export interface UnitMove {
  readonly lineNo: number;
  /** Whose units they are; null: they were given to no group. */
  readonly groupNo: number | null;
  /** The group that has them afterwards, where it is another one. */
  readonly toGroupNo?: number;
  /** The line that has them afterwards, where they became one of their own. */
  readonly toLineNo?: number;
  readonly from: Place | null;
  readonly to: Place;
  readonly quantity: number;
}

interface Change {
  readonly lineNo: number;
  readonly groupNo: number | null;
  readonly place: Place;
  readonly by: number;
}

/** What the moves add to which place of a line and of its group. */
export function changesOf(moves: readonly UnitMove[]): Change[] {
  return moves.flatMap(({ lineNo, groupNo, toGroupNo, toLineNo, from, to, quantity }) => [
    ...(from === null ? [] : [{ lineNo, groupNo, place: from, by: -quantity }]),
    { lineNo: toLineNo ?? lineNo, groupNo: toGroupNo ?? groupNo, place: to, by: quantity },
  ]);
}

export function afterMoves(order: OrderSnapshot, moves: readonly UnitMove[]): OrderSnapshot {
  const changes = changesOf(moves);
  const of = (place: Place, lineNo: number, groupNo?: number) =>
    changes
      .filter((one) => one.place === place && one.lineNo === lineNo)
      .filter((one) => groupNo === undefined || one.groupNo === groupNo)
      .reduce((units, one) => units + one.by, 0);
  const lines = order.lines.map((line) => ({
    ...line,
    unallocated: line.unallocated + of('unallocated', line.lineNo),
    backordered: line.backordered + of('backordered', line.lineNo),
    reserved: line.reserved + of('reserved', line.lineNo),
    released: line.released + of('released', line.lineNo),
    shipped: line.shipped + of('shipped', line.lineNo),
    pickedUp: line.pickedUp + of('pickedUp', line.lineNo),
    cancelled: line.cancelled + of('cancelled', line.lineNo),
    allocations: line.allocations.map(({ groupNo, ...at }) => ({
      groupNo,
      reserved: at.reserved + of('reserved', line.lineNo, groupNo),
      released: at.released + of('released', line.lineNo, groupNo),
      shipped: at.shipped + of('shipped', line.lineNo, groupNo),
      pickedUp: at.pickedUp + of('pickedUp', line.lineNo, groupNo),
      cancelled: at.cancelled + of('cancelled', line.lineNo, groupNo),
    })),
  }));
  return { ...order, lines };
}

export function afterGroup(
  order: OrderSnapshot,
  groupNo: number,
  change: Partial<SnapshotGroup>,
): OrderSnapshot {
  const groups = order.groups.map((one) => (one.groupNo === groupNo ? { ...one, ...change } : one));
  return { ...order, groups };
}

export function afterTender(
  order: OrderSnapshot,
  tenderNo: number,
  change: (tender: SnapshotTender) => Partial<SnapshotTender>,
): OrderSnapshot {
  const tenders = order.tenders.map((one) =>
    one.tenderNo === tenderNo ? { ...one, ...change(one) } : one,
  );
  return { ...order, tenders };
}

export function afterAuthorization(
  order: OrderSnapshot,
  { tenderNo, authorizationNo }: { readonly tenderNo: number; readonly authorizationNo: number },
  change: (authorization: SnapshotAuthorization) => Partial<SnapshotAuthorization>,
): OrderSnapshot {
  return afterTender(order, tenderNo, ({ authorizations }) => ({
    authorizations: authorizations.map((one) =>
      one.authorizationNo === authorizationNo ? { ...one, ...change(one) } : one,
    ),
  }));
}

export function afterCapture(
  order: OrderSnapshot,
  { tenderNo, invoiceNo }: Pick<SnapshotCapture, 'tenderNo' | 'invoiceNo'>,
  change: Partial<SnapshotCapture>,
): OrderSnapshot {
  const captures = order.captures.map((one) =>
    one.tenderNo === tenderNo && one.invoiceNo === invoiceNo ? { ...one, ...change } : one,
  );
  return { ...order, captures };
}

/** What a tender's money that is here has been spent on, or is to be given back. */
export function afterUsed(
  order: OrderSnapshot,
  tenderNo: number,
  amountMinor: number,
): OrderSnapshot {
  return afterTender(order, tenderNo, ({ prepaidUsedMinor }) => ({
    prepaidUsedMinor: prepaidUsedMinor + amountMinor,
  }));
}

/** A refund that is to be made. */
export const afterOwed = (
  order: OrderSnapshot,
  refund: Pick<SnapshotRefund, 'tenderNo' | 'refundNo' | 'paymentRef' | 'amountMinor'> &
    Partial<Pick<SnapshotRefund, 'rma' | 'paidBy'>>,
): OrderSnapshot => ({
  ...order,
  refunds: [
    ...order.refunds,
    {
      rma: null,
      paidBy: 'tender' as const,
      ...refund,
      try: 1,
      state: 'due' as const,
      reference: null,
      isOutside: false,
      matchedMinor: 0,
    },
  ].sort((a, b) => a.refundNo - b.refundNo),
});

/** A refund that was made: its payment has that reference. */
export function afterRefund(
  order: OrderSnapshot,
  due: Pick<SnapshotRefund, 'refundNo' | 'amountMinor'> & { readonly tenderNo: number },
  reference: string,
): OrderSnapshot {
  const { tenderNo, refundNo, amountMinor } = due;
  const refunds = order.refunds.map((one) =>
    one.tenderNo === tenderNo && one.refundNo === refundNo
      ? { ...one, state: 'refunded' as const, reference }
      : one,
  );
  const change = ({ refundedMinor }: SnapshotTender) => ({
    refundedMinor: refundedMinor + amountMinor,
  });
  return afterTender({ ...order, refunds }, tenderNo, change);
}

/** A capture that an invoice makes due; `isNew`: its authorization is planned with it. */
export function afterDue(
  order: OrderSnapshot,
  due: Pick<
    SnapshotCapture,
    'tenderNo' | 'invoiceNo' | 'amountMinor' | 'isFinal' | 'prepayment'
  > & {
    readonly authorizationNo: number;
    readonly isNew: boolean;
  },
): OrderSnapshot {
  const { isNew, ...of } = due;
  const { tenderNo, authorizationNo, amountMinor } = of;
  const capture: SnapshotCapture = {
    ...of,
    try: 1,
    state: 'due',
    isAsked: false,
    reference: null,
  };
  const captures = [...order.captures, capture].sort(
    (a, b) => a.invoiceNo - b.invoiceNo || a.tenderNo - b.tenderNo,
  );
  const known = isNew ? afterPlanned(order, { tenderNo, authorizationNo, amountMinor }) : order;
  return { ...known, captures };
}

/** One more authorization of a tender is to be asked for. */
export function afterPlanned(
  order: OrderSnapshot,
  planned: Pick<SnapshotAuthorization, 'authorizationNo' | 'amountMinor'> & {
    readonly tenderNo: number;
  },
): OrderSnapshot {
  const { tenderNo, ...of } = planned;
  const authorization: SnapshotAuthorization = {
    ...of,
    state: 'planned',
    voidTry: 1,
    reference: null,
    capturedMinor: 0,
    isMulticapture: false,
    isAsked: false,
    isClaim: false,
  };
  return afterTender(order, tenderNo, ({ authorizations }) => ({
    authorizations: [...authorizations, authorization],
  }));
}
