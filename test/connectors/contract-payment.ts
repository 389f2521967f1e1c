/** What every payment gateway must keep. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import type {
  AuthorizeRequest,
  CaptureRequest,
  RefundRequest,
} from '../../canonical/ports/payment';
import { stripeClient } from '../../connectors/stripe/client';
import { currencyContract } from './contract-currencies';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { authorization, captureOf } from './payment-requests';
import { statusContract } from './contract-statuses';
import { promiseContract } from './contract-promises';
import type { Target } from './contract-targets';

const INTENTS = '/v1/payment_intents';

const refundOf = (capture: CaptureRequest, captureRef: string, amountMinor: number) =>
  ({
    ...capture,
    key: capture.key.replace('capture', 'refund'),
    amountMinor,
    captureRef,
  }) satisfies RefundRequest;

export function paymentContract(target: () => Target): void {
  const gateway = subject(target, ({ baseUrl, token }) =>
    stripeClient({ baseUrl, secretKey: token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  async function authorized(request: AuthorizeRequest) {
    const answer = await gateway.client().authorize(request);
    if (answer.outcome !== 'authorized') throw new Error(answer.vendorCode);
    return answer;
  }

  currencyContract(target, gateway.client);
  promiseContract(gateway);

  test('finds what is claimed, while it is whole, there, and of no other order', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const claim = (state: 'authorized' | 'captured', more: object = {}) =>
      gateway.client().findClaimed({ ...request, claim: { state, reference }, ...more });
    expect(await claim('authorized')).toMatchObject({ outcome: 'authorized', reference });
    expect(await claim('captured')).toBeNull();
    expect(await claim('authorized', { amountMinor: 5_001 })).toBeNull();
    expect(await claim('authorized', { currency: 'EUR' })).toBeNull();
    expect(await claim('authorized', { orderId: newOrderId() })).toBeNull();
    const capture = captureOf(request, reference, 1, 5_000, true);
    const made = await gateway.client().capture(capture);
    expect(await claim('authorized')).toBeNull();
    expect(await claim('captured')).toMatchObject({ outcome: 'captured', reference });
    if (made.outcome !== 'captured') throw new Error(made.vendorCode);
    await gateway.client().refund(refundOf(capture, made.reference, 1));
    expect(await claim('captured')).toBeNull();
  });

  test('authorizes, and finds the authorization by its key', async () => {
    const request = authorization('pm_card_visa');
    const made = await authorized(request);
    expect(made).toMatchObject({ amountMinor: 5_000, isMulticapture: false });
    expect(Date.parse(made.expiresAt ?? '')).toBeGreaterThan(Date.now());
    expect(await gateway.client().findAuthorization(request)).toEqual(made);
    const other = { ...request, key: `${request.key}0` };
    expect(await gateway.client().findAuthorization(other)).toBeNull();
  });

  test('gives the same authorization for the same key', async () => {
    const request = authorization('pm_card_visa');
    expect(await authorized(request)).toEqual(await authorized(request));
  });

  test('a declined card is a refusal, and stays one for its key', async () => {
    const request = authorization('pm_card_chargeDeclined');
    const first = await gateway.client().authorize(request);
    expect(first).toMatchObject({
      ...{ outcome: 'refused', vendorCode: 'card_declined', declineCode: 'generic_decline' },
    });
    expect(await gateway.client().authorize(request)).toEqual(first);
    expect(await gateway.client().findAuthorization(request)).toMatchObject({
      outcome: 'refused',
    });
  });

  test('a key that comes with another body is our mistake, not a refusal', async () => {
    const request = authorization('pm_card_visa');
    await authorized(request);
    await expect(gateway.client().authorize({ ...request, amountMinor: 1 })).rejects.toMatchObject({
      kind: 'misconfigured',
    });
  });

  test('a wrong secret is our mistake', async () => {
    const client = stripeClient({ baseUrl: target().baseUrl, secretKey: 'sk_of_somebody_else' });
    await expect(client.authorize(authorization('pm_card_visa'))).rejects.toMatchObject({
      kind: 'misconfigured',
    });
    await client.close();
  });

  test('captures a part, and finds that capture and no other by its key', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const capture = captureOf(request, reference, 1, 3_000, true);
    expect(await gateway.client().findCapture(capture)).toBeNull();
    const made = await gateway.client().capture(capture);
    expect(made).toMatchObject({ outcome: 'captured', amountMinor: 3_000 });
    expect(await gateway.client().findCapture(capture)).toEqual(made);
    const other = { ...capture, key: capture.key.replace(':1:1:1', ':1:2:1') };
    expect(await gateway.client().findCapture(other)).toBeNull();
    // The authorization is found as long as the money is, though a later effect has passed by.
    expect(await gateway.client().findAuthorization(request)).toMatchObject({ reference });
  });

  test('captures twice where multicapture was granted, each found by its own key', async () => {
    const request = authorization('pm_card_visa_multicapture');
    const { reference, isMulticapture } = await authorized(request);
    expect(isMulticapture).toBe(true);
    const first = captureOf(request, reference, 1, 2_000, false);
    const second = captureOf(request, reference, 2, 1_000, true);
    const gatewayClient = gateway.client();
    expect(await gatewayClient.capture(first)).toMatchObject({ amountMinor: 2_000 });
    expect(await gatewayClient.findCapture(second)).toBeNull();
    expect(await gatewayClient.capture(second)).toMatchObject({ amountMinor: 1_000 });
    expect(await gatewayClient.findCapture(first)).toMatchObject({ amountMinor: 2_000 });
    expect(await gatewayClient.findCapture(second)).toMatchObject({ amountMinor: 1_000 });
  });

  test('more than was authorized, a lapsed authorization, an unknown one: refusals', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const tooMuch = captureOf(request, reference, 1, 5_001, true);
    expect(await gateway.client().capture(tooMuch)).toMatchObject({
      vendorCode: 'amount_too_large',
    });
    const unknown = captureOf(request, 'pi_that_never_was', 2, 100, true);
    expect(await gateway.client().capture(unknown)).toMatchObject({
      vendorCode: 'resource_missing',
    });
    const lapsing = authorization('pm_card_expiresBeforeCapture');
    const held = await authorized(lapsing);
    const late = captureOf(lapsing, held.reference, 1, 100, true);
    expect(await gateway.client().capture(late)).toMatchObject({
      vendorCode: 'charge_expired_for_capture',
    });
    expect(await gateway.client().findVoid({ ...late, key: 'void:x' })).not.toBeNull();
  });

  test('voids what was not captured, finds it, and voids it once however often it is asked', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const wanted = {
      ...request,
      key: `void:${request.orderId}:1:1:1`,
      authorizationRef: reference,
    };
    expect(await gateway.client().findVoid(wanted)).toBeNull();
    const made = await gateway.client().void(wanted);
    expect(made).toMatchObject({ outcome: 'voided' });
    expect(await gateway.client().findVoid(wanted)).toEqual(made);
    const again = { ...wanted, key: `void:${request.orderId}:1:1:2` };
    expect(await gateway.client().void(again)).toEqual(made);
  });

  test('refunds a part, finds it by its key, and refuses more than was captured', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const capture = captureOf(request, reference, 1, 3_000, true);
    const captured = await gateway.client().capture(capture);
    if (captured.outcome !== 'captured') throw new Error(captured.vendorCode);
    const refund = refundOf(capture, captured.reference, 1_200);
    expect(await gateway.client().findRefund(refund)).toBeNull();
    const made = await gateway.client().refund(refund);
    expect(made).toMatchObject({ outcome: 'refunded', amountMinor: 1_200 });
    expect(await gateway.client().findRefund(refund)).toEqual(made);
    const more = { ...refund, key: `${refund.key}0`, amountMinor: 1_801 };
    expect(await gateway.client().refund(more)).toMatchObject({ outcome: 'refused' });
  });

  test('knows what others gave back of a payment, and not what we did', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const capture = captureOf(request, reference, 1, 3_000, true);
    const captured = await gateway.client().capture(capture);
    if (captured.outcome !== 'captured') throw new Error(captured.vendorCode);
    const ours = refundOf(capture, captured.reference, 1_200);
    await gateway.client().refund(ours);
    expect(await gateway.client().otherRefunds(ours)).toEqual([]);
    const { baseUrl, token } = target();
    const made = await fetch(`${baseUrl}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ payment_intent: reference, amount: '700' }),
    });
    const { id } = z.looseObject({ id: z.string() }).parse(await made.json());
    expect(await gateway.client().otherRefunds(ours)).toMatchObject([
      { reference: id, amountMinor: 700 },
    ]);
    expect(await gateway.client().otherRefunds({ ...ours, knownRefs: [id] })).toEqual([]);
  });

  test.for(['hang-after', 'reset-after', 'garbage'] as const)(
    'a capture whose answer is lost (%s) is ambiguous, was made once, and is found',
    async (kind, context) => {
      const control = gateway.sandbox(context);
      const request = authorization('pm_card_visa');
      const { reference } = await authorized(request);
      const capture = captureOf(request, reference, 1, 3_000, true);
      const fault = kind === 'garbage' ? { kind, afterEffect: true } : { kind };
      const path = `${INTENTS}/${reference}/capture`;
      await control.failOnce({ method: 'POST', path }, fault);
      await expect(gateway.client().capture(capture)).rejects.toMatchObject({ kind: 'ambiguous' });
      expect(await gateway.client().findCapture(capture)).toMatchObject({ amountMinor: 3_000 });
      expect(await gateway.client().capture(capture)).toMatchObject({ outcome: 'captured' });
      expect(await control.recordsOf('captures', capture.key)).toHaveLength(1);
    },
  );

  test('a capture that was lost on its way is ambiguous, and not found', async (context) => {
    const control = gateway.sandbox(context);
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const capture = captureOf(request, reference, 1, 3_000, true);
    await control.failOnce(
      { method: 'POST', path: `${INTENTS}/${reference}/capture` },
      { kind: 'reset-before' },
    );
    await expect(gateway.client().capture(capture)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(await gateway.client().findCapture(capture)).toBeNull();
  });

  test('a rate limit says when to come again', async (context) => {
    const control = gateway.sandbox(context);
    await control.failOnce({ path: INTENTS }, { kind: 'rate-limit', retryAfterS: 7 });
    await expect(gateway.client().authorize(authorization('pm_card_visa'))).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterMs: 7_000,
    });
  });

  const held = async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    return captureOf(request, reference, 1, 3_000, true);
  };
  statusContract(gateway, [
    {
      verb: 'authorize',
      kind: 'payment_intents',
      path: INTENTS,
      arrange: () => {
        const request = authorization('pm_card_visa');
        return Promise.resolve(() => gateway.client().authorize(request));
      },
    },
    {
      verb: 'capture',
      kind: 'captures',
      path: `${INTENTS}/*/capture`,
      arrange: async () => {
        const capture = await held();
        return () => gateway.client().capture(capture);
      },
    },
    {
      verb: 'void',
      kind: 'cancellations',
      path: `${INTENTS}/*/cancel`,
      arrange: async () => {
        const capture = await held();
        return () => gateway.client().void({ ...capture, key: `void:${capture.key}` });
      },
    },
    {
      verb: 'refund',
      kind: 'refunds',
      path: '/v1/refunds',
      arrange: async () => {
        const capture = await held();
        const made = await gateway.client().capture(capture);
        if (made.outcome !== 'captured') throw new Error(made.vendorCode);
        return () => gateway.client().refund(refundOf(capture, made.reference, 1_000));
      },
    },
  ]);
}
