/**
 * What units that were not picked are taxed with at another place: the question, and what its answer
 * means. With it they go there in one transaction, a larger amount authorized anew; a no, or what
 * cannot be, leads to the next place, and in the end to a person.
 */
import type { QuoteAnswer, QuoteDue } from '../../canonical/flows/pickup';
import { blocksQuote } from '../../canonical/flows/pickup-steps';
import type { Refused } from '../../canonical/ports/fault';
import type { Quoted, TaxQuestion } from '../../canonical/ports/tax';
import {
  planMove,
  taxedOtherwise,
  type NewTaxes,
  type UnitsToMove,
} from '../../canonical/rules/order/re-source';
import { openReSourcing } from '../../canonical/rules/pickup/agenda';
import type { ReSourcing } from '../../canonical/rules/pickup/snapshot';
import { dateAt } from '../../canonical/rules/pickup/store-clock';
import { mappingRef } from '../../canonical/schema/mapping';
import type { Database, Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { askMasterData } from '../../store/master/master-data';
import { findLocation } from '../../store/master/locations';
import { enqueue } from '../../store/outbox/outbox';
import { reSourcingEndWrite } from '../../store/pickups/re-sourcings';
import { flowMoment } from '../flow/flow-moment';
import { whomToTell } from '../fulfilment/shipment-messages';
import { notPicked, placeOf, unpicked } from './not-picked';
import { exceptionOfPickup } from './of-pickup';
import { movedMessages } from './pickup-messages';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';
import { moveAway } from './re-source-units';

/** Null where it is not to be asked any more. Reads only. */
export function taxQuestion(db: Database, due: QuoteDue): Promise<TaxQuestion | null> {
  return db.transaction(async (sql) => {
    const inHand = await PICKUP_FRAME.load(sql, due);
    const open = wantedNow(inHand, due);
    if (!open) return null;
    const { pickup, setup } = inHand;
    const { order } = await inHand.readOrder();
    const units = await unitsOf(inHand, open);
    const { shipTo } = await whomToTell(sql, pickup.orderId);
    const { storeId } = open;
    const address = storeId === null ? shipTo : undefined;
    return {
      orderId: pickup.orderId,
      entity: setup.entity,
      currency: order.currency,
      onDate: dateAt(Date.now(), pickup.clock.timeZone),
      shipToRegion: address?.region ?? null,
      shipToPostalCode: address?.postalCode ?? null,
      shipToCountry: address?.country ?? null,
      ...(storeId !== null && { storeId }),
      lines: units.map(({ lineNo, sku, quantity, taxed }) => {
        const { grossMinor = 0, discountMinor = 0, shippingMinor = 0 } = taxed?.moved ?? {};
        return { lineNo, sku, quantity, netMinor: grossMinor - discountMinor + shippingMinor };
      }),
    };
  });
}

/** As planned, unless the store has answered since, or units of it are not wanted any more. */
function wantedNow(inHand: PickupInHand, due: QuoteDue): ReSourcing | null {
  const open = openReSourcing(inHand.pickup);
  if (open?.reSourcingNo !== due.reSourcingNo) return null;
  const isSameTime = Date.parse(open.pickBy) === Date.parse(inHand.pickup.pickBy);
  const isSame = JSON.stringify(unpicked(inHand)) === JSON.stringify(open.lines.map(named));
  return isSameTime && isSame ? open : null;
}

const named = ({ lineNo, quantity }: ReSourcing['lines'][number]) => ({ lineNo, quantity });

/** With what they are worth, and are taxed with now. */
async function unitsOf(
  { pickup, readOrder }: PickupInHand,
  { lines }: ReSourcing,
): Promise<readonly UnitsToMove[]> {
  const { order } = await readOrder();
  const untaxed = lines.map(({ lineNo }) => ({ lineNo, taxes: [] }));
  const planned = planMove(order, pickup.groupNo, lines, untaxed);
  if (planned.outcome === 'impossible') throw new RangeError(planned.reason);
  return planned.units;
}

/** Answer null: it was not asked, as nobody wants it any more. */
export async function recordQuote(
  db: Database,
  due: QuoteDue,
  answer: Quoted | Refused | null,
): Promise<QuoteAnswer> {
  const { answer: outcome, agenda } = await flowMoment(
    PICKUP_FRAME,
    db,
    due,
    (sql, inHand): Promise<QuoteAnswer['outcome']> => apply(sql, inHand, due, answer),
  );
  return { outcome, agenda };
}

async function apply(
  sql: Sql,
  inHand: PickupInHand,
  due: QuoteDue,
  answer: Quoted | Refused | null,
): Promise<QuoteAnswer['outcome']> {
  const open = wantedNow(inHand, due);
  if (!open || answer === null) {
    forget(inHand, due);
    return 'not-called';
  }
  if (answer.outcome === 'refused') {
    const reason = `${due.account} does not say what it is taxed with there (${answer.vendorCode})`;
    await giveUpReSourcing(sql, inHand, open, reason);
    return 'refused';
  }
  const taxes = await taxesOf(sql, inHand, due, answer);
  if (taxes === null) return 'refused';
  const { pickupId } = inHand.pickup;
  const of = { by: 'policy', at: new Date().toISOString(), decisionId: due.key };
  const to = placeOf(open.storeId);
  const asked = {
    rejectionNo: null,
    to,
    taxes: taxedOtherwise(await unitsOf(inHand, open), taxes),
  };
  const ended = { ...open, state: 'moved' } as const;
  const moved = await moveAway(sql, inHand, asked, of, {
    after: { reSourcings: othersAnd(inHand, ended) },
    writes: [reSourcingEndWrite(pickupId, ended)],
  });
  if (moved.outcome === 'impossible') {
    await giveUpReSourcing(
      sql,
      inHand,
      open,
      `${open.storeId ?? 'to the customer’s home'}: ${moved.reason}`,
    );
    return 'refused';
  }
  const order = await inHand.readOrder();
  const whom = await whomToTell(sql, inHand.pickup.orderId);
  const store = open.storeId === null ? null : await findLocation(sql, open.storeId);
  const { groupNo } = moved;
  const told = { groupNo, storeName: store?.name ?? null };
  await enqueue(sql, movedMessages(order, whom, inHand.pickup, told));
  return 'done';
}

const othersAnd = ({ pickup }: PickupInHand, ended: ReSourcing): ReSourcing[] =>
  pickup.reSourcings.map((one) => (one.reSourcingNo === ended.reSourcingNo ? ended : one));

/** The next place, or a person. */
export function giveUpReSourcing(
  sql: Sql,
  inHand: PickupInHand,
  open: ReSourcing,
  reason: string,
): Promise<void> {
  const reSourcing = { ...open, state: 'impossible' } as const;
  const writes = [reSourcingEndWrite(inHand.pickup.pickupId, reSourcing)];
  return notPicked(sql, inHand, { reSourcing, reason, writes });
}

/** The store answered meanwhile, or its units are cancelled: what is late then has its own time. */
function forget(inHand: PickupInHand, { reSourcingNo }: QuoteDue): void {
  const { pickup, becomes } = inHand;
  const open = pickup.reSourcings.find((one) => one.reSourcingNo === reSourcingNo);
  if (open?.state !== 'quoting') return;
  const ended = { ...open, state: 'not-wanted' } as const;
  becomes({ ...pickup, reSourcings: othersAnd(inHand, ended) }, [
    reSourcingEndWrite(pickup.pickupId, ended),
  ]);
}

/** By our tax codes; null: one is not mapped, and that waits for its mapping. */
async function taxesOf(
  sql: Sql,
  { pickup, exceptionsChanged, becomes }: PickupInHand,
  { account, reSourcingNo }: QuoteDue,
  { lines }: Quoted,
): Promise<NewTaxes[] | null> {
  const codes = [...new Set(lines.flatMap(({ taxes }) => taxes.map(({ code }) => code)))];
  const { mappings } = await askMasterData(sql, {
    channelInstance: account,
    skus: [],
    taxCodes: codes,
    gateways: [],
    stores: [],
  });
  const unknown = codes.find((code) => !mappings.has(`tax-code/${code}`));
  if (unknown !== undefined) {
    await openException(sql, {
      code: 'mapping.tax-code',
      detail: `${unknown} of ${account} is not mapped to a tax code`,
      cause: { kind: 'mapping', ref: mappingRef('tax-code', account, unknown) },
      blocks: blocksQuote(reSourcingNo),
      ...exceptionOfPickup(pickup),
    });
    exceptionsChanged();
    becomes(pickup, []);
    return null;
  }
  return lines.map(({ lineNo, taxes }) => {
    const byCode = new Map<string, number>();
    for (const { code, amountMinor } of taxes) {
      const taxCode = mappings.get(`tax-code/${code}`) ?? code;
      byCode.set(taxCode, (byCode.get(taxCode) ?? 0) + amountMinor);
    }
    return {
      lineNo,
      taxes: [...byCode].map(([taxCode, amountMinor]) => ({ taxCode, amountMinor })),
    };
  });
}
