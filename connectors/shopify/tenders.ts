/**
 * By what an order was paid, which its webhook does not say: each authorization or sale of it is a
 * tender. What was voided, and an authorization that was captured in part, is none that can be
 * taken over; the sum then does not come to the total.
 */
import type { TenderOfOrder } from '../../canonical/ports/channel';
import { sum } from '../../canonical/rules/money/money';
import { toUtc } from '../inbound-contract';
import type { HttpDoor } from '../http';
import type { OrderTransaction } from './admin-schema';
import {
  AUTHORIZATIONS,
  isVoided,
  madeOn,
  minorOf,
  ofOrder,
  PAYMENTS,
  SUCCESS,
} from './transactions';

export async function tendersOf(
  door: HttpDoor,
  channelOrderRef: string,
): Promise<readonly TenderOfOrder[] | null> {
  const all = await ofOrder(door, channelOrderRef);
  return all?.flatMap((one) => tenderOf(all, one)) ?? null;
}

function tenderOf(all: readonly OrderTransaction[], one: OrderTransaction): TenderOfOrder[] {
  const amountMinor = minorOf(one) ?? 0;
  if (one.status !== SUCCESS || one.parentTransaction) return [];
  const { currencyCode: currency } = one.amountSet.shopMoney;
  const about = { gateway: one.gateway ?? '', amountMinor, currency };
  if (PAYMENTS.has(one.kind)) return [{ ...about, state: 'captured', reference: one.id }];
  if (!AUTHORIZATIONS.has(one.kind) || isVoided(all, one.id)) return [];
  const captures = madeOn(all, one, 'CAPTURE');
  const [capture] = captures;
  if (!capture) {
    const expiresAt = toUtc(one.authorizationExpiresAt ?? null);
    const lives = expiresAt === null ? {} : { expiresAt };
    return [{ ...about, state: 'authorized', reference: one.id, ...lives }];
  }
  const isWhole =
    captures.length === 1 && sum(captures.map((made) => minorOf(made) ?? 0)) === amountMinor;
  return isWhole ? [{ ...about, state: 'captured', reference: capture.id }] : [];
}
