/** Payouts of the stand-in, fetched by the connector and read by the same reader as a report. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sum } from '../../canonical/rules/money/money';
import { stripeClient } from '../../connectors/stripe/client';
import { stripeSettlements } from '../../connectors/stripe/settlement/source';
import { at, call, startUnderTest, tokens, type SandboxUnderTest } from '../sandbox/fixture';
import { differenceOf, readReport, refusal } from './settlement-reading';

const EPOCH = '2020-01-01T00:00:00.000Z';

let under: SandboxUnderTest;
let stripe: ReturnType<typeof stripeClient>;
beforeAll(async () => {
  under = await startUnderTest();
  stripe = stripeClient({ baseUrl: under.url('payment', ''), secretKey: tokens.stripeSecret });
});
afterAll(async () => {
  await stripe.close();
  await under.stop();
});

const form = (path: string, fields: Record<string, string>) =>
  call(under.url('payment', path), 'POST', new URLSearchParams(fields), {
    authorization: `Bearer ${tokens.stripeSecret}`,
    'idempotency-key': randomUUID(),
  });
const control = (path: string, body: unknown) => call(under.url('payment', path), 'POST', body);

/** A charge of an order; its id. */
async function charged(amount: number, orderId: string, currency = 'usd'): Promise<string> {
  const { json } = await form('/v1/payment_intents', {
    ...{ amount: String(amount), currency, capture_method: 'automatic', confirm: 'true' },
    ...{ payment_method: 'pm_card_visa', 'metadata[order_id]': orderId },
  });
  return String(json['latest_charge']);
}

async function listed(since = EPOCH): Promise<string[]> {
  const ids: string[] = [];
  for await (const one of stripe.settlementReports.listed(since)) ids.push(one.reportId);
  return ids;
}

async function fetched(reportId: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stripe.settlementReports.bytes(reportId)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('payouts of Stripe', () => {
  it('say what was charged, refunded, disputed and kept, and come to what they declare', async () => {
    const first = await charged(10_000, 'ord_1');
    const second = await charged(2_500, 'ord_2');
    await form('/v1/refunds', { charge: first, amount: '1000' });
    await control('/_sandbox/disputes', { charge: second });
    const { json } = await control('/_sandbox/payouts', {});
    const payoutId = String(at(json, 'payouts', 0, 'id'));
    expect(await listed()).toEqual([payoutId]);

    const [read] = await readReport(stripeSettlements, await fetched(payoutId));
    expect(read?.head).toMatchObject({ reference: payoutId, currency: 'USD' });
    const lines = read?.lines.map((one) => [one.class, one.amountMinor, one.paymentRef]) ?? [];
    expect(lines).toHaveLength(8);
    expect(lines).toEqual(
      expect.arrayContaining([
        ['sale', 10_000, first],
        ['processing-fee', -320, first],
        ['sale', 2_500, second],
        ['processing-fee', -103, second],
        ['refund', -1_000, first],
        ['dispute-opened', -2_500, second],
        ['dispute-fee', -1_500, second],
      ]),
    );
    expect(
      read?.lines.find((one) => one.class === 'sale' && one.paymentRef === first)?.orderRef,
    ).toBe('ord_1');
    const net = sum([10_000, -320, 2_500, -103, -1_000, -2_500, -1_500]);
    expect(read?.declaredNetMinor).toBe(net);
    expect(read && differenceOf(read)).toBe(0);
  });

  it('pay nothing twice, a currency each, and the same bytes each time they are fetched', async () => {
    await charged(5_000, 'ord_3');
    await charged(7_000, 'ord_4', 'eur');
    const { json } = await control('/_sandbox/payouts', {});
    const ids = [at(json, 'payouts', 0, 'id'), at(json, 'payouts', 1, 'id')].map(String);
    const bytes = await Promise.all(ids.map(fetched));
    expect(await Promise.all(ids.map(fetched))).toEqual(bytes);
    const reports = await Promise.all(bytes.map((one) => readReport(stripeSettlements, one)));
    expect(
      reports.flat().map(({ head, declaredNetMinor }) => [head.currency, declaredNetMinor]),
    ).toEqual(
      expect.arrayContaining([
        ['USD', 5_000 - 175],
        ['EUR', 7_000 - 233],
      ]),
    );
    expect(at((await control('/_sandbox/payouts', {})).json, 'payouts')).toEqual([]);
  });

  it('of more transactions than a page are fetched whole', async () => {
    // As many captures as calls would take a while to make.
    await under.pool.query(
      `INSERT INTO payment.captures (id, reference, amount_minor, currency, status)
       SELECT 'cap_' || n, 'ch_' || n, 100 + n, 'usd', 'succeeded' FROM generate_series(1, 110) n`,
    );
    const { json } = await control('/_sandbox/payouts', {});
    const [read] = await readReport(
      stripeSettlements,
      await fetched(String(at(json, 'payouts', 0, 'id'))),
    );
    expect(read?.lines.filter((one) => one.class === 'sale')).toHaveLength(110);
    expect(read && differenceOf(read)).toBe(0);
  });

  it('that failed or came before are not listed', async () => {
    await charged(900, 'ord_5');
    const { json } = await control('/_sandbox/payouts', { status: 'failed' });
    expect(await listed()).not.toContain(String(at(json, 'payouts', 0, 'id')));
    expect(await listed(new Date(Date.now() + 86_400_000).toISOString())).toEqual([]);
  });

  it('that are cut off or changed on their way are caught', async () => {
    const [payoutId = ''] = await listed();
    const text = (await fetched(payoutId)).toString();
    expect((await refusal(stripeSettlements, text.slice(0, -20))).problems).toMatchObject([
      { code: 'cut-off' },
    ]);
    const changed = text.replace(/"fee":(\d+)/g, '"fee":1$1');
    expect((await refusal(stripeSettlements, changed)).problems[0]?.code).toBe('row');
    const short = text.split('\n').slice(0, 2).join('\n');
    const [read] = await readReport(stripeSettlements, `${short}\n`);
    expect(read && differenceOf(read)).not.toBe(0);
  });
});
