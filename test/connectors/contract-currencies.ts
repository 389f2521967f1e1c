/** Every currency that a processor takes: what was asked is what its own records hold. */
import { codes } from 'currency-codes';
import { expect, test } from 'vitest';
import type { PaymentGateway } from '../../canonical/ports/payment';
import { minorDigits } from '../../canonical/rules/money/money';
import { listedRecords } from '../../connectors/listed-records';
import { stripeRecords } from '../../connectors/stripe/records';
import { authorization, captureOf } from './payment-requests';
import type { Target } from './contract-targets';

/** Four digits are units of account, which no card is charged in. */
const MOST_DIGITS = 3;

export function currencyContract(target: () => Target, client: () => PaymentGateway): void {
  test.for(codes().filter((code) => minorDigits(code) <= MOST_DIGITS))(
    'takes and keeps the same amount of %s that was asked',
    async (currency, { skip }) => {
      const { control, baseUrl } = target();
      if (!control) return skip('the records of a sandbox only');
      const request = authorization('pm_card_visa', 450_000, currency);
      const answer = await client().authorize(request);
      if (answer.outcome !== 'authorized') throw new Error(answer.vendorCode);
      const { reference } = answer;
      await client().capture(captureOf(request, reference, 1, 120_000, true));
      const records = listedRecords(['stripe-us'], baseUrl, stripeRecords);
      const kept = async (kind: 'authorization' | 'capture') => {
        const found: unknown[] = [];
        for await (const page of records.pages(kind, null)) {
          for (const { orderRef, amountMinor, currency: kept } of page) {
            if (orderRef === request.orderId) found.push([amountMinor, kept]);
          }
        }
        return found;
      };
      expect(await kept('authorization')).toEqual([[450_000, currency]]);
      expect(await kept('capture')).toEqual([[120_000, currency]]);
    },
  );

  test('refuses, without a call, an amount that the processor has no integer for', async () => {
    const asked = authorization('pm_card_visa', 450_050, 'MGA');
    const answer = await client().authorize(asked);
    expect(answer).toMatchObject({ outcome: 'refused', vendorCode: 'amount_not_payable' });
  });
}
