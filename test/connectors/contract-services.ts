/** What every tax service and every notifier must keep. */
import { expect, test } from 'vitest';
import type { CustomerMessage } from '../../canonical/ports/notification';
import type { TaxInvoice } from '../../canonical/ports/tax';
import { avataxClient } from '../../connectors/avatax/client';
import { messengerClient } from '../../connectors/messenger/client';
import { HEADERS_TIMEOUT_MS, newOrderId, subject } from './contract-subject';
import { statusContract } from './contract-statuses';
import type { Target } from './contract-targets';

function invoice(): TaxInvoice {
  const orderId = newOrderId();
  return {
    key: `tax-invoice:${orderId}:1`,
    orderId,
    documentNo: `INV-${orderId.slice(4)}-1`,
    entity: 'us-01',
    currency: 'USD',
    invoiceDate: '2026-05-01',
    shipToRegion: 'KY',
    shipToPostalCode: '40202',
    shipToCountry: 'US',
    lines: [
      {
        lineNo: 1,
        sku: 'MUG',
        quantity: 2,
        netMinor: 2_000,
        taxes: [
          { taxCode: 'KY-STATE', amountMinor: 100 },
          { taxCode: 'KY-CITY', amountMinor: 21 },
        ],
      },
    ],
  };
}

export function taxContract(target: () => Target): void {
  const tax = subject(target, ({ baseUrl, token }) =>
    avataxClient({
      baseUrl,
      token,
      companies: { 'us-01': 'US01' },
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
    }),
  );

  test('records an invoice once, and finds it', async (context) => {
    const document = invoice();
    expect(await tax.client().findInvoice(document)).toBeNull();
    const recorded = await tax.client().recordInvoice(document);
    expect(recorded).toEqual({ outcome: 'recorded', reference: document.documentNo });
    expect(await tax.client().findInvoice(document)).toEqual(recorded);
    expect(await tax.client().recordInvoice(document)).toEqual(recorded);
    const control = tax.sandbox(context);
    expect(await control.recordsOf('transactions', document.key)).toHaveLength(1);
  });

  test.for(['XPF', 'EUR', 'KWD', 'CLF'])(
    'keeps the tax of an invoice in %s',
    async (currency, context) => {
      const control = tax.sandbox(context);
      const document = { ...invoice(), currency };
      expect(await tax.client().recordInvoice(document)).toMatchObject({ outcome: 'recorded' });
      const kept = await control.recordsOf('transactions', document.key);
      expect(kept).toMatchObject([{ currency, taxMinor: 121, amountMinor: 2_000 }]);
    },
  );

  test('a number that another document has is refused', async () => {
    const document = invoice();
    await tax.client().recordInvoice(document);
    const other = { ...document, key: `${document.key}0` };
    expect(await tax.client().findInvoice(other)).toBeNull();
    expect(await tax.client().recordInvoice(other)).toMatchObject({
      outcome: 'refused',
      vendorCode: 'DuplicateEntry',
    });
  });

  test('an invoice whose answer is lost is ambiguous, and found', async (context) => {
    const control = tax.sandbox(context);
    const document = invoice();
    const path = '/api/v2/transactions/create';
    await control.failOnce({ method: 'POST', path }, { kind: 'reset-after' });
    await expect(tax.client().recordInvoice(document)).rejects.toMatchObject({
      kind: 'ambiguous',
    });
    expect(await tax.client().findInvoice(document)).toMatchObject({ outcome: 'recorded' });
  });

  test('says what goods would be taxed with at a store, and keeps nothing of it', async (context) => {
    const { orderId, entity, currency, invoiceDate: onDate, lines } = invoice();
    const place = { shipToRegion: null, shipToPostalCode: null, shipToCountry: null };
    const control = tax.sandbox(context);
    await control.post('script', { rates: { 'store-001': 0.08 } });
    const before = await control.countOf('transactions');
    const question = { ...place, orderId, entity, currency, onDate, storeId: 'store-001', lines };
    const code = 'State Tax';
    expect(await tax.client().quote(question)).toEqual({
      outcome: 'quoted',
      lines: [{ lineNo: 1, taxes: [{ code, amountMinor: 160 }] }],
    });
    expect(await control.countOf('transactions')).toBe(before);
  });

  statusContract(tax, [
    {
      verb: 'record an invoice',
      kind: 'transactions',
      path: '/api/v2/transactions/create',
      arrange: () => {
        const document = invoice();
        return Promise.resolve(() => tax.client().recordInvoice(document));
      },
    },
  ]);
}

function message(to: string): CustomerMessage {
  const orderId = newOrderId();
  return {
    key: `notify:${orderId}:order-shipped:1`,
    orderId,
    channel: 'email',
    to,
    template: 'order-shipped',
    variables: { orderNo: '1001' },
  };
}

export function notifierContract(target: () => Target): void {
  const notifier = subject(target, ({ baseUrl, token }) =>
    messengerClient({ baseUrl, token, headersTimeoutMs: HEADERS_TIMEOUT_MS }),
  );

  test('sends a message once, and finds it by its key', async (context) => {
    const mail = message('robin@example.com');
    expect(await notifier.client().findMessage(mail.key)).toBeNull();
    const sent = await notifier.client().send(mail);
    expect(sent).toMatchObject({ outcome: 'sent' });
    expect(await notifier.client().send(mail)).toEqual(sent);
    expect(await notifier.client().findMessage(mail.key)).toEqual(sent);
    const control = notifier.sandbox(context);
    expect(await control.recordsOf('messages', mail.key)).toHaveLength(1);
  });

  test('an address that is none is refused, and the refusal does not repeat it', async () => {
    const refusal = await notifier.client().send(message('robin at home'));
    expect(refusal).toMatchObject({ outcome: 'refused' });
    expect(JSON.stringify(refusal)).not.toContain('robin');
  });

  test('a key that comes with another message is our mistake', async () => {
    const mail = message('robin@example.com');
    await notifier.client().send(mail);
    await expect(notifier.client().send({ ...mail, to: 'kim@example.com' })).rejects.toMatchObject({
      kind: 'misconfigured',
    });
  });

  statusContract(notifier, [
    {
      verb: 'send a message',
      kind: 'messages',
      path: '/v1/messages',
      arrange: () => {
        const mail = message('robin@example.com');
        return Promise.resolve(() => notifier.client().send(mail));
      },
    },
  ]);
}
