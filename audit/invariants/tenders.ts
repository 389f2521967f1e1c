// I2: per tender, captured within what was authorized and refunded within what was captured; an
// order that has ended accounts for every unit and every cent, line by line.
import { blocksCapture, blocksRefund } from '../../canonical/flows/order-steps';
import { openUnits, quantitiesTie } from '../../canonical/rules/order/state';
import { sum } from '../../canonical/rules/money/money';
import { capturedOn, receivableOf, uncoveredOf, type OwnLine, type OwnOrder } from '../own-order';
import { count, money, nameOfOrder, type Difference } from '../report';

const CAPTURE_FAILED = 'payment.capture-failed';
const REFUND_FAILED = 'refund.failed';

type Found = (code: string, at: string, amountMinor: number, detail: string) => Difference;

export function checkTenders(order: OwnOrder): Difference[] {
  const found: Found = (code, at, amountMinor, detail) => ({
    invariant: 'I2',
    code,
    subject: `${nameOfOrder(order)}${at}`,
    amountMinor,
    currency: order.currency,
    detail: `${nameOfOrder(order)}${at}: ${detail}`,
  });
  const hasEnded = order.stage === 'closed' || order.stage === 'rejected';
  return [
    ...tenderLimits(order, found),
    ...lineTies(order, found),
    ...(hasEnded ? [...endedMoney(order, found), ...endedLines(order, found)] : []),
  ];
}

function tenderLimits(order: OwnOrder, found: Found): Difference[] {
  const say = (minor: number) => money(minor, order.currency);
  return [
    ...order.tenders.flatMap((tender) => {
      const { capturedMinor, refundedMinor, amountMinor, tenderNo } = tender;
      const at = `, tender ${tenderNo}`;
      const over = capturedMinor - amountMinor;
      const back = refundedMinor - capturedMinor;
      return [
        ...(over > 0
          ? [
              found(
                'over-captured',
                at,
                over,
                `${say(capturedMinor)} captured of ${say(amountMinor)}`,
              ),
            ]
          : []),
        ...(back > 0
          ? [
              found(
                'over-refunded',
                at,
                back,
                `${say(refundedMinor)} refunded of ${say(capturedMinor)} captured`,
              ),
            ]
          : []),
      ];
    }),
    ...order.authorizations.flatMap((authorization) => {
      const { tenderNo, authorizationNo, amountMinor, state, capturedMinor } = authorization;
      const at = `, tender ${tenderNo}, authorization ${authorizationNo}`;
      const captured = capturedOn(order, authorization);
      if (captured > amountMinor) {
        const detail = `${say(captured)} captured, ${say(amountMinor)} authorized`;
        return [found('over-authorization', at, captured - amountMinor, detail)];
      }
      const neverLive = state === 'planned' || state === 'declined';
      if (capturedMinor > 0 && neverLive) {
        const detail = `${say(capturedMinor)} captured on an authorization that is ${state}`;
        return [found('captured-without-authorization', at, capturedMinor, detail)];
      }
      return [];
    }),
  ];
}

const worthOfLine = (line: OwnLine) =>
  line.grossMinor - line.discountMinor + line.shippingMinor + line.taxMinor;

/** Units in exactly one place each; the lines of an accepted order add up to it. */
function lineTies(order: OwnOrder, found: Found): Difference[] {
  const total = sum(order.lines.map(worthOfLine));
  const wasAccepted = order.stage === 'accepted' || order.stage === 'closed';
  const isOff = wasAccepted && total !== order.totalMinor;
  const { currency, totalMinor } = order;
  return [
    ...order.lines
      .filter((line) => !quantitiesTie(line))
      .map((line) =>
        found(
          'units-do-not-tie',
          `, line ${line.lineNo}`,
          0,
          `of ${count(line.ordered, 'unit')} ordered not each is in exactly one state`,
        ),
      ),
    ...(isOff
      ? [
          found(
            'lines-do-not-tie',
            '',
            total - totalMinor,
            `its lines are ${money(total, currency)}, the order is ${money(totalMinor, currency)}`,
          ),
        ]
      : []),
  ];
}

/** Every cent: captured and not given back is invoiced, or receivable with an exception. */
function endedMoney(order: OwnOrder, found: Found): Difference[] {
  const say = (minor: number) => money(minor, order.currency);
  const hasException = (code: string, blocks: string) =>
    order.exceptions.some((one) => one.code === code && one.blocks === blocks);
  // What a return charges again is followed by its own flow, as what it owes is.
  const again = order.tenders.filter((one) => one.forReturn !== null);
  const isOwn = ({ tenderNo }: { readonly tenderNo: number }) =>
    !again.some((one) => one.tenderNo === tenderNo);
  const undone = order.authorizations
    .filter(isOwn)
    .filter((one) => one.state === 'live' && one.capturedMinor === 0)
    .map(({ tenderNo, authorizationNo, amountMinor }) =>
      found(
        'still-authorized',
        `, tender ${tenderNo}`,
        amountMinor,
        `it has ended, and authorization ${authorizationNo} of ${say(amountMinor)} is neither captured nor voided`,
      ),
    );
  const captures = order.captures
    .filter(isOwn)
    .filter((one) => one.state !== 'captured')
    // A prepayment that was never made, and that nothing was handed over for.
    .filter((one) => one.state !== 'given-up' || receivableOf(one) > 0)
    .filter(
      ({ state, tenderNo, invoiceNo }) =>
        state !== 'given-up' ||
        !hasException(CAPTURE_FAILED, blocksCapture(tenderNo, invoiceNo).text),
    )
    .map(({ tenderNo, invoiceNo, amountMinor, state }) =>
      found(
        'uncaptured',
        `, tender ${tenderNo}`,
        amountMinor,
        `it has ended, and ${say(amountMinor)} of invoice ${invoiceNo} are ${state}, without an exception that says so`,
      ),
    );
  const refunds = order.refunds
    .filter((one) => one.state !== 'refunded' && one.rma === null)
    .filter(
      ({ state, tenderNo, refundNo }) =>
        state === 'due' || !hasException(REFUND_FAILED, blocksRefund(tenderNo, refundNo).text),
    )
    .map(({ tenderNo, refundNo, amountMinor, state }) =>
      found(
        'unrefunded',
        `, tender ${tenderNo}`,
        amountMinor,
        `it has ended, and refund ${refundNo} of ${say(amountMinor)} is ${state}, without an exception that says so`,
      ),
    );
  return [
    ...undone,
    ...captures,
    ...refunds,
    ...endedInvoices(order, found),
    ...endedTotal(order, found),
  ];
}

function endedInvoices(order: OwnOrder, found: Found): Difference[] {
  const say = (minor: number) => money(minor, order.currency);
  return order.invoices.flatMap((invoice) => {
    const { invoiceNo, amountMinor } = invoice;
    const at = `, invoice ${invoiceNo}`;
    const uncovered = uncoveredOf(order, invoice);
    const isExplained = order.exceptions.some(
      (one) => one.code === CAPTURE_FAILED && one.blocks === blocksCapture(0, invoiceNo).text,
    );
    if (uncovered === 0 || (uncovered > 0 && isExplained)) return [];
    const detail =
      uncovered > 0
        ? `${say(uncovered)} of its ${say(amountMinor)} are asked of no tender, without an exception`
        : `${say(-uncovered)} more than its ${say(amountMinor)} are asked of the tenders`;
    return [found('invoice-not-covered', at, uncovered, detail)];
  });
}

/** Captured − given back = invoiced − taken back − receivable. */
function endedTotal(order: OwnOrder, found: Found): Difference[] {
  const captured = sum(order.tenders.map((one) => one.capturedMinor));
  const back = sum(order.refunds.map((one) => one.amountMinor));
  const invoiced = sum(order.invoices.map((one) => one.amountMinor));
  const conceded = order.refunds.filter((one) => one.isOutside);
  const again = order.tenders.filter((one) => one.forReturn !== null);
  const takenBack =
    sum(order.returns.map((one) => one.refundMinor)) -
    sum(again.map((one) => one.amountMinor)) +
    sum(conceded.map((one) => one.amountMinor - one.matchedMinor));
  const receivable =
    sum(order.captures.map(receivableOf)) +
    sum(order.invoices.map((one) => uncoveredOf(order, one)));
  const off = captured - back - (invoiced - takenBack - receivable);
  if (off === 0) return [];
  const say = (minor: number) => money(minor, order.currency);
  const detail = `it has ended with ${say(captured)} captured, ${say(back)} given back or owed back, ${say(invoiced)} invoiced, ${say(takenBack)} taken back and ${say(receivable)} receivable: off by ${say(off)}`;
  return [found('cents-do-not-tie', '', off, detail)];
}

/** Every unit of every line: shipped and billed, or cancelled; what was billed is its share. */
function endedLines(order: OwnOrder, found: Found): Difference[] {
  return order.lines.flatMap((line) => {
    const at = `, line ${line.lineNo}`;
    const open = openUnits(line);
    const moved = line.shipped + line.pickedUp;
    const billed = order.invoices.flatMap((invoice) =>
      invoice.lines.filter((one) => one.lineNo === line.lineNo),
    );
    const units = sum(billed.map((one) => one.quantity));
    const worth = sum(billed.map((one) => one.worthMinor));
    const whole = worthOfLine(line);
    const say = (minor: number) => money(minor, order.currency);
    const isOff = line.cancelled === 0 ? worth !== whole : worth > Math.max(0, whole);
    return [
      ...(open > 0
        ? [
            found(
              'open-units',
              at,
              0,
              `it has ended with ${count(open, 'unit')} neither shipped nor cancelled`,
            ),
          ]
        : []),
      ...(units !== moved
        ? [found('units-not-billed', at, 0, `${count(moved, 'unit')} left, ${units} billed`)]
        : []),
      ...(open === 0 && isOff
        ? [
            found(
              'line-not-billed',
              at,
              worth - whole,
              `${say(worth)} billed of a line of ${say(whole)}`,
            ),
          ]
        : []),
    ];
  });
}
