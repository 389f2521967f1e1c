/**
 * Settlements over the API and their real moments, on a database of the test's own: sold orders, the
 * reports of a processor that paid for them, the bank. What Temporal would call is called in turn.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { installation } from '../../canonical/installation';
import type { Role } from '../../canonical/schema/api-key';
import type { Resolution } from '../../canonical/schema/exception';
import type {
  SettlementLineView,
  SettlementReceived,
  SettlementView,
} from '../../api/schema/settlement';
import { SETTLEMENT_SOURCES } from '../../connectors/settlement-sources';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { bookSettlement } from '../../moments/settlement/book';
import { recheckSettlement } from '../../moments/settlement/rest';
import { settlementFlow } from '../../moments/settlement/settlement-flow';
import { stageSettlement } from '../../moments/settlement/stage';
import { putApiKey } from '../../store/access/api-keys';
import type { Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import type { z } from 'zod';
import { keyOf } from '../api/fixture';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { requireDocumented, serve, stop } from '../returns/bench-parts';
import { accepted, orderOf, stockShop } from '../store/fixture';
import { authorize, capture, release, ship } from '../store/steps';

let keysUsed = 0;

export interface Answer<B> {
  readonly status: number;
  readonly body: B;
}
interface Lines {
  readonly items: readonly z.infer<typeof SettlementLineView>[];
  readonly nextCursor: string | null;
}

export class SettlementWorld {
  private constructor(
    readonly test: TestDatabase,
    private readonly server: Server,
  ) {}

  static async open(): Promise<SettlementWorld> {
    const test = await cloneDatabase();
    await stockShop(test.db, { MUG: 100_000 });
    for (const key of installation().keys) {
      await putApiKey(test.db, keyOf(key.role), { ...key, label: `test ${key.role}` });
    }
    return new SettlementWorld(test, await serve(test));
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get db(): Database {
    return this.test.db;
  }

  /** Sold for so much, sent, and captured; how the processor calls the charge. */
  async charged(
    totalMinor: number,
  ): Promise<{ readonly orderId: string; readonly charge: string }> {
    const orderId = await this.shipped(totalMinor);
    return { orderId, charge: await this.capture(orderId) };
  }

  /** Sent, and not captured. */
  async shipped(totalMinor: number): Promise<string> {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: totalMinor }];
    const orderId = await accepted(this.db, orderOf({ lines }));
    await authorize(this.db, orderId);
    await release(this.db, orderId);
    await ship(this.db, orderId, `parcel-${orderId}`, [{ lineNo: 1, quantity: 1 }]);
    return orderId;
  }

  async capture(orderId: string): Promise<string> {
    const due = await readAgenda(this.db, { orderId });
    const [step] = due.money;
    await capture(this.db, due);
    await closeOrder(this.db, { orderId });
    return `ch_${step?.key ?? ''}`;
  }

  /** `role`: of its key; or a key of the test's own. */
  async send<B>(
    role: Role | { readonly key: string },
    method: 'GET' | 'POST',
    path: string,
    body?: { readonly raw: string | Uint8Array } | { readonly json: unknown },
  ): Promise<Answer<B>> {
    keysUsed += 1;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${typeof role === 'string' ? keyOf(role) : role.key}`,
        'idempotency-key': `key-${keysUsed}`,
        ...(body !== undefined && 'json' in body && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: 'json' in body ? JSON.stringify(body.json) : body.raw }),
    });
    const answered: unknown = await response.json();
    if (response.ok) requireDocumented(method, path, response.status, answered);
    return { status: response.status, body: answered as B };
  }

  async handIn(
    raw: string | Uint8Array,
    source = 'stripe',
  ): Promise<Answer<z.infer<typeof SettlementReceived>>> {
    return this.send('finance', 'POST', `/v1/settlements/${source}`, { raw });
  }

  /** Handed in and done with, as far as it goes by itself. */
  async settled(raw: string | Uint8Array): Promise<string> {
    const { status, body } = await this.handIn(raw);
    if (status !== 202) throw new Error(JSON.stringify(body));
    await this.run(body.settlementId);
    return body.settlementId;
  }

  async run(settlementId: string): Promise<void> {
    await stageSettlement(this.db, SETTLEMENT_SOURCES, { settlementId });
    await bookSettlement(this.db, { settlementId });
  }

  async recheck(settlementId: string): Promise<void> {
    await recheckSettlement(this.db, { settlementId, now: new Date().toISOString() });
  }

  close(settlementId: string) {
    return settlementFlow.closeFlow(this.db, { settlementId });
  }

  async read(settlementId: string): Promise<SettlementView> {
    return (await this.send<SettlementView>('finance', 'GET', `/v1/settlements/${settlementId}`))
      .body;
  }

  async lines(settlementId: string, query = ''): Promise<Lines['items']> {
    const path = `/v1/settlements/${settlementId}/lines${query}`;
    return (await this.send<Lines>('finance', 'GET', path)).body.items;
  }

  async bank(
    ...lines: readonly { readonly bankRef: string; readonly amountMinor: number; text: string }[]
  ) {
    const json = {
      bankAccount: 'US-1',
      currency: 'USD',
      lines: lines.map((line) => ({ ...line, bookedOn: '2026-03-04' })),
    };
    return this.send<{ lines: { isNew: boolean }[] }>('finance', 'POST', '/v1/bank-lines', {
      json,
    });
  }

  /** A person's word on its exception of that code, applied as its flow does. */
  async resolve(settlementId: string, code: string, resolution: Resolution): Promise<void> {
    const { exceptions } = await this.read(settlementId);
    const exceptionId = exceptions.find((one) => one.code === code)?.exceptionId ?? '';
    await this.db.transaction((sql) =>
      resolveExceptions(sql, { exceptionIds: [exceptionId] }, { resolution, by: 'a person' }),
    );
    await this.apply(settlementId, exceptionId);
  }

  /** What was decided, as its flow does it. */
  async apply(settlementId: string, exceptionId: string): Promise<void> {
    await settlementFlow.applyResolution(this.db, { settlementId, exceptionId });
  }

  /** `{account: debits less credits}` of what a settlement posted. */
  async booked(settlementId: string): Promise<Record<string, number>> {
    return this.sums(`j.source = $1`, `settlement:${settlementId}`, 'g.account');
  }

  /** `{item: debits less credits}` on an account, of everything; what nets to zero is left out. */
  async open(account: string): Promise<Record<string, number>> {
    return this.sums(`g.account = $1`, account, `g.dimensions ->> 'item'`);
  }

  private async sums(where: string, value: string, by: string): Promise<Record<string, number>> {
    const { rows } = await this.db.query<{ name: string; minor: number }>(
      `select ${by} as name,
              sum(case g.side when 'debit' then g.amount_minor else -g.amount_minor end)::bigint
                as minor
         from journal j join journal_line g using (journal_id) where ${where}
        group by 1 having sum(case g.side when 'debit' then g.amount_minor
                                   else -g.amount_minor end) <> 0 order by 1`,
      [value],
    );
    return Object.fromEntries(rows.map(({ name, minor }) => [name, minor]));
  }

  async stop(): Promise<void> {
    await stop(this.server);
    await this.test.drop();
  }
}

export interface StripeRow {
  readonly category: string;
  readonly gross: number;
  readonly fee?: number;
  readonly charge?: string;
}

let payouts = 0;
let transactions = 0;

/** Stripe's report of one payout, in minor units of USD; its own last row says what is paid. */
export function stripeReport(
  rows: readonly StripeRow[],
  of: { readonly payout?: string; readonly paidMinor?: number } = {},
): { readonly text: string; readonly payout: string; readonly netMinor: number } {
  payouts += 1;
  const payout = of.payout ?? `po_test${String(payouts).padStart(8, '0')}`;
  const netMinor = rows.reduce((sum, { gross, fee = 0 }) => sum + gross - fee, 0);
  const paid = of.paidMinor ?? netMinor;
  const all = [...rows, ...(paid === 0 ? [] : [{ category: 'payout', gross: -paid }])];
  const text = [STRIPE_HEAD, ...all.map((row) => stripeRow(payout, row)), ''].join('\n');
  return { text, payout, netMinor };
}

const STRIPE_HEAD =
  'automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,' +
  'currency,gross,fee,net,reporting_category,charge_id';

const decimal = (minor: number) => (minor / 100).toFixed(2);

function stripeRow(payout: string, { category, gross, fee = 0, charge = '' }: StripeRow): string {
  transactions += 1;
  const at = '2026-03-02 12:00:00';
  const amounts = [gross, fee, gross - fee].map(decimal);
  return [payout, at, `txn_${transactions}`, at, 'usd', ...amounts, category, charge].join(',');
}

/** Amazon's flat file V2: the summary row, then a row an amount. */
export function amazonReport(
  rows: readonly (readonly string[])[],
  settlementRef = '900001',
): string {
  const head =
    'settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency ' +
    'transaction-type order-id amount-type amount-description amount posted-date';
  const total = rows.reduce((sum, row) => sum + Number(row[4]), 0).toFixed(2);
  const dates = ['2026-03-01', '2026-03-14', '2026-03-16'].map((day) => `${day} 00:00:00 UTC`);
  const first = [settlementRef, ...dates, total, 'USD', '', '', '', '', '', ''];
  const all = rows.map(([transaction, order, type, description, amount]) => [
    ...[
      settlementRef,
      '',
      '',
      '',
      '',
      '',
      transaction,
      order,
      type,
      description,
      amount,
      '2026-03-05',
    ],
  ]);
  return [head.split(' '), first, ...all].map((row) => row.join('\t')).join('\n');
}
