/** What is set aside for returns, and drained by them: the published vectors, to the cent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import type { Policies } from '../../canonical/schema/policies';
import { requireStrictBook } from './audited';
import { ReturnBench } from './bench';
import { putItemCost } from './bench-parts';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ COAT: 10_000, LAMP: 10_000, MUG: 10_000 });
  await putItemCost(bench.db, 'COAT', 7_500);
  await putItemCost(bench.db, 'LAMP', 6_000);
});
afterAll(() => bench.close());

const shipped = installation();
const withPolicies = (policies: Partial<Policies>) =>
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, refundApprovalAboveMinor: 1_000_000, ...policies },
    })),
  });

describe('FASB staff Q&A 42: 10 at 100.00 that cost 75.00, 10 % expected back, fee 10 %, 5.00 to have one back', () => {
  const policies = {
    expectedReturnPermille: 100,
    restockingFeePermille: 100,
    returnRecoveryPerUnitMinor: 500,
  };
  const sale = { lines: [{ sku: 'COAT', quantity: 10, unitMinor: 10_000 }] };

  test('revenue is 910.00, 90.00 may have to be refunded, and goods of 70.00 come back', async () => {
    withPolicies(policies);
    const orderId = await bench.sold(sale);
    expect(await bench.balancesOf(orderId)).toMatchObject({
      REV: -100_000,
      RET: 9_000,
      RFL: -9_000,
      RRA: 7_000,
      COGS: 68_000,
    });
  });

  test('one comes back opened: the pools are empty, 90.00 are refunded, 5.00 accrued', async () => {
    withPolicies(policies);
    const orderId = await bench.sold(sale);
    const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 1 }]);
    await bench.receive(rma, [{ lineNo: 1, quantity: 1 }]);
    await bench.inspect(rma, [
      { lineNo: 1, quantity: 1, condition: 'opened', disposition: 'refurbish' },
    ]);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 9_000 });
    expect(await bench.balancesOf(orderId)).toMatchObject({
      RFL: 0,
      RRA: 0,
      RET: 9_000,
      REFP: 0,
      'ACCRUED-RECOVERY': -500,
      'INV-QC': 0,
      COGS: 68_000,
      CLR: 91_000,
    });
    expect(await bench.bookedBy(rma, '12')).toEqual({
      RFL: 9_000,
      REFP: -9_000,
      'INV-QC': 7_500,
      RRA: -7_000,
      'ACCRUED-RECOVERY': -500,
    });
  });

  test('one comes back as new, without the fee that was expected: the difference is a return (rule 12c)', async () => {
    withPolicies(policies);
    const orderId = await bench.sold(sale);
    const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 1 }]);
    await bench.receive(rma, [{ lineNo: 1, quantity: 1 }]);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 10_000 });
    expect(await bench.bookedBy(rma, '12')).toMatchObject({ RFL: 9_000, RET: 1_000 });
  });
});

test('ASC 606 example 22: 100 at 100.00 that cost 60.00, 3 expected back', async () => {
  withPolicies({ expectedReturnPermille: 30 });
  const orderId = await bench.sold({
    lines: [{ sku: 'LAMP', quantity: 100, unitMinor: 10_000 }],
  });
  const { REV = 0, RET = 0, RFL, COGS, RRA } = await bench.balancesOf(orderId);
  expect({ revenue: REV + RET, RFL, COGS, RRA }).toEqual({
    revenue: -970_000,
    RFL: -30_000,
    COGS: 582_000,
    RRA: 18_000,
  });
});

test('a sale without a provision: the fee is income, the goods leave the cost of goods sold (rule 12b)', async () => {
  withPolicies({ restockingFeePermille: 150 });
  const orderId = await bench.sold({
    lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1_000 }],
    taxMinor: 120,
  });
  const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 1 }]);
  await bench.receive(rma, [{ lineNo: 1, quantity: 1 }]);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'opened' }]);
  expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 + 60 - 150 });
  expect(await bench.bookedBy(rma, '12b')).toEqual({
    RET: 1_000,
    TAX: 60,
    REFP: -910,
    'REV-RESTOCK': -150,
    'INV-QC': 700,
    COGS: -700,
  });
});

test('what comes back for a reason of ours keeps no fee', async () => {
  withPolicies({ restockingFeePermille: 150 });
  const orderId = await bench.sold({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] });
  const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 1 }], {
    reason: 'damaged-in-transit',
  });
  await bench.receive(rma, [{ lineNo: 1, quantity: 1 }]);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'damaged' }]);
  expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
  expect(await bench.bookedBy(rma, '13b')).toEqual({ SCRAP: 700, 'INV-QC': -700 });
});

test('hledger accepts the book of all that, strictly', (context) =>
  requireStrictBook(bench.db, (why) => context.skip(why)));
