/** The limits of the domain's table: who decides alone, and how many others have to approve. */
import { describe, expect, test } from 'vitest';
import { approvalsNeeded, mayApprove } from '../../canonical/rules/exceptions/approval';
import type { Role } from '../../canonical/schema/api-key';
import { ORDER_STEPS } from '../../canonical/flows/order-steps';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { EXCEPTION_RULES, type Resolution } from '../../canonical/schema/exception';
import { DEFAULT_POLICIES } from '../../canonical/schema/policies';

const needed = (
  role: Role,
  code: string,
  resolution: Resolution,
  amountMinor: number | null,
  limits = DEFAULT_POLICIES,
) => approvalsNeeded({ role, code, resolution, amountMinor }, limits);

describe('what an exception offers', () => {
  const offers = Object.values(ORDER_STEPS).flatMap(({ name, resolutions }) =>
    Object.entries(resolutions).map(([code, actions]) => [name, code, actions] as const),
  );
  test.each(offers)(
    '%s, %s: each resolution that is offered does something',
    (_, code, actions) => {
      const { resolutions } = EXCEPTION_RULES[code as ExceptionCode];
      expect(Object.keys(actions).sort()).toEqual([...resolutions].sort());
    },
  );
});

describe('money that is parted with', () => {
  test.each([
    ['support', 20_000, 0],
    ['support', 20_001, 1],
    ['support', 100_000, 1],
    ['support', 100_001, 2],
    ['finance', 50_000, 0],
    ['finance', 50_001, 1],
    ['finance', 100_001, 1],
    ['operator', 20_001, 1],
  ] as const)('%s giving up %i needs the word of %i others', (role, amountMinor, others) => {
    expect(needed(role, 'payment.capture-failed', 'abandon', amountMinor)).toBe(others);
    expect(needed(role, 'refund.failed', 'override', amountMinor)).toBe(others);
    expect(needed(role, 'settlement.variance', 'override', amountMinor)).toBe(others);
  });

  test('is limited too where a retry is what parts with it', () => {
    expect(needed('support', 'payment.duplicate-capture', 'retry', 20_000)).toBe(0);
    expect(needed('support', 'payment.duplicate-capture', 'retry', 20_001)).toBe(1);
    expect(needed('support', 'payment.duplicate-capture', 'override', 100_001)).toBe(2);
  });

  test('of an amount that nobody knows is above every limit', () => {
    expect(needed('support', 'payment.capture-failed', 'override', null)).toBe(2);
    expect(needed('finance', 'settlement.variance', 'override', null)).toBe(1);
  });

  test('is limited by the policies, and two people above the second whatever the first says', () => {
    const limits = { ...DEFAULT_POLICIES, writeOffAloneUpToMinor: 500_000 };
    expect(needed('finance', 'dispute.lost', 'override', 100_000, limits)).toBe(0);
    expect(needed('finance', 'dispute.lost', 'override', 100_001, limits)).toBe(1);
    const strict = { ...DEFAULT_POLICIES, refundApprovalAboveMinor: 0 };
    expect(needed('support', 'refund.failed', 'override', 1, strict)).toBe(1);
  });
});

test.each(['settlement.untied', 'reconciliation.missing', 'dispute.opened'])(
  '%s is abandoned by two people, be it one cent',
  (code) => {
    expect(needed('finance', code, 'abandon', 1)).toBe(1);
    expect(needed('finance', code, 'retry', 1_000_000)).toBe(0);
  },
);

test.each([
  ['mapping.sku', 'abandon'],
  ['payment.declined', 'abandon'],
  ['payment.capture-failed', 'retry'],
  ['fulfilment.overdue', 'override'],
  ['erp.refused', 'override'],
  ['event.no-rule', 'abandon'],
] as const)('%s: %s parts with no money and needs nobody else', (code, resolution) => {
  expect(needed('support', code, resolution, null)).toBe(0);
});

test.each([
  ['support', 'refund.to-approve', 20_000, true],
  ['support', 'refund.to-approve', 20_001, false],
  ['support', 'refund.to-approve', null, false],
  ['support', 'return.to-approve', null, true],
  ['support', 'payment.capture-failed', 1, false],
  ['operator', 'refund.to-approve', 1, false],
  ['finance', 'refund.to-approve', null, true],
] as const)('the yes of %s to %s of %s counts: %s', (role, code, amountMinor, counts) => {
  expect(mayApprove({ role, code, amountMinor }, DEFAULT_POLICIES)).toBe(counts);
});
