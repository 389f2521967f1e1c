/** Every way in which a processor promises no money, or not yet, or less: each has a name. */
import { expect, test } from 'vitest';
import type { AuthorizeRequest, PaymentGateway } from '../../canonical/ports/payment';
import type { Subject } from './contract-subject';
import type { Control } from './contract-targets';
import { authorization, captureOf } from './payment-requests';

export function promiseContract(gateway: Subject<PaymentGateway>): void {
  async function authorized(request: AuthorizeRequest) {
    const answer = await gateway.client().authorize(request);
    if (answer.outcome !== 'authorized') throw new Error(answer.vendorCode);
    return answer;
  }

  const decides = (control: Control, reference: string, outcome: 'held' | 'refused') =>
    control.post(`payment_intents/${reference}/confirm`, { outcome });

  test('a card whose buyer has to confirm says so, names what waits, and is found once they have', async (context) => {
    const control = gateway.sandbox(context);
    const request = authorization('pm_card_authenticationRequired');
    const no = await gateway.client().authorize(request);
    if (no.outcome !== 'refused') throw new Error(no.outcome);
    expect(no).toMatchObject({ vendorCode: 'authentication_required', needsBuyer: 'confirm' });
    await decides(control, no.reference ?? '', 'held');
    expect(await gateway.client().findAuthorization(request)).toMatchObject({
      ...{ outcome: 'authorized', reference: no.reference, amountMinor: 5_000 },
    });
  });

  test.for(['held', 'refused'] as const)(
    'one that the bank is slow about is not decided, and then %s',
    async (outcome, context) => {
      const control = gateway.sandbox(context);
      const request = authorization('pm_card_processing');
      const client = gateway.client();
      await expect(client.authorize(request)).rejects.toMatchObject({ kind: 'ambiguous' });
      await expect(client.findAuthorization(request)).rejects.toMatchObject({ kind: 'ambiguous' });
      const [intent] = await control.recordsOf('payment_intents', request.key);
      await decides(control, intent?.id ?? '', outcome);
      const found = outcome === 'held' ? 'authorized' : 'refused';
      expect(await client.findAuthorization(request)).toMatchObject({ outcome: found });
    },
  );

  test('a part is no promise of the whole: it is let go, and the buyer gives another means', async (context) => {
    const control = gateway.sandbox(context);
    const request = authorization('pm_card_partial');
    const no = await gateway.client().authorize(request);
    const expected = { vendorCode: 'partially_authorized', needsBuyer: 'another-means' };
    expect(no).toMatchObject(expected);
    expect(await gateway.client().authorize(request)).toEqual(no);
    const [intent] = await control.recordsOf('payment_intents', request.key);
    expect(intent).toMatchObject({ status: 'canceled', amountCapturable: 0 });
  });

  test('a means of payment without a customer is used once: the buyer gives another', async () => {
    const request = authorization('pm_card_usedOnce');
    await authorized(request);
    const again = { ...request, key: `authorize:${request.orderId}:1:2` };
    expect(await gateway.client().authorize(again)).toMatchObject({
      ...{ outcome: 'refused', vendorCode: 'payment_method_used', needsBuyer: 'another-means' },
    });
  });

  test('more than is held is refused, and what is held is let go to be held anew', async () => {
    const request = authorization('pm_card_visa');
    const { reference } = await authorized(request);
    const more = captureOf(request, reference, 1, 5_001, true);
    const gone = { vendorCode: 'amount_too_large', isAuthorizationGone: true };
    expect(await gateway.client().capture(more)).toMatchObject(gone);
    expect(await gateway.client().findVoid({ ...more, key: 'void:x' })).not.toBeNull();
  });
}
