/** Refunds of what was captured. https://docs.stripe.com/api/refunds */
import type { Queryable } from '../database';
import { prefixedId } from '../identifiers';
import type { Answer, Call } from '../system';
import { invalidRequest, noSuch } from './errors';
import type { Executed } from './idempotency';
import { asIntent, charges, chargeView, intents, refunds, refundView, type Intent } from './ledger';
import { begun, keyOf, notBegun, orderOf, told, type Telling } from './outcome';
import { readParams, refundParams } from './requests';

async function intentOf(
  db: Queryable,
  params: { payment_intent?: string; charge?: string },
): Promise<{ intent: Intent } | { answer: Answer }> {
  let id = params.payment_intent;
  if (id === undefined && params.charge !== undefined) {
    const charge = await charges.find(db, params.charge);
    if (!charge?.parentId) return { answer: noSuch('charge', params.charge, 'charge') };
    id = charge.parentId;
  }
  if (id === undefined) {
    const message = 'One of the following params should be provided: payment_intent or charge.';
    return { answer: invalidRequest(message, undefined, 'parameter_missing') };
  }
  const record = await intents.lock(db, id);
  return record
    ? { intent: asIntent(record) }
    : { answer: noSuch('payment_intent', id, 'payment_intent') };
}

function refusal({ record, details }: Intent, amount: number): Answer | undefined {
  const left = details.amountReceived - details.amountRefunded;
  if (details.amountReceived === 0) {
    const message = `This PaymentIntent (${record.id}) does not have a successful charge to refund.`;
    return invalidRequest(message, 'payment_intent');
  }
  if (left === 0) {
    const message = `Charge ${details.chargeId ?? ''} has already been refunded.`;
    return invalidRequest(message, undefined, 'charge_already_refunded');
  }
  if (amount > left) {
    const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left}).`;
    return invalidRequest(message, 'amount', 'amount_too_large');
  }
  return undefined;
}

/** `POST /v1/refunds` */
export async function createRefund(db: Queryable, call: Call, tell: Telling): Promise<Executed> {
  const read = readParams(refundParams, call.text);
  if (!read.ok) return notBegun(read.answer);
  const params = read.value;
  const found = await intentOf(db, params);
  if ('answer' in found) return notBegun(found.answer);
  const { intent } = found;
  const { details, record } = intent;
  const amount = params.amount ?? details.amountReceived - details.amountRefunded;
  const refused = refusal(intent, amount);
  if (refused) return begun(refused);

  const key = keyOf(call, params.metadata);
  const refund = await refunds.insert(db, {
    id: prefixedId('re'),
    parentId: record.id,
    throughlineKey: key ?? null,
    reference: details.chargeId,
    orderId: orderOf(params.metadata, key) ?? record.orderId,
    amountMinor: amount,
    currency: record.currency,
    status: 'succeeded',
    details: {
      paymentIntentId: record.id,
      chargeId: details.chargeId,
      metadata: params.metadata,
      reason: params.reason ?? null,
    },
  });
  const after = asIntent(
    await intents.update(db, record.id, {
      details: { amountRefunded: details.amountRefunded + amount },
    }),
  );
  const charge = { ...chargeView(after), refunds: { object: 'list', data: [refundView(refund)] } };
  const before = { amount_refunded: details.amountRefunded };
  tell.event('charge.refunded', charge, key ?? null, after, before);
  tell.effect({ effect: 'refunded', id: refund.id, ...told(intent, key, amount) });
  return begun({ status: 200, body: refundView(refund) });
}
