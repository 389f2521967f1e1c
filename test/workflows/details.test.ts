/** What a support person reads of an order, from the brief that every moment gives. */
import { describe, expect, test } from 'vitest';
import type { OrderBrief } from '../../canonical/flows/order';
import { describeOrder, warehousesOf } from '../../workflows/order/details';

const group = (groupNo: number, location: string, account: string) => ({
  groupNo,
  location,
  account,
  state: 'released' as const,
  reserved: 0,
  released: 2,
  shipped: 0,
  cancelled: 0,
});
const order: OrderBrief = {
  status: 'released',
  currency: 'USD',
  totalMinor: 4_000,
  location: null,
  isOnHold: false,
  units: { ordered: 4, reserved: 0, released: 4, shipped: 0, cancelled: 0 },
  lines: [],
  lineCount: 0,
  groups: [
    group(1, 'dc-east', 'wms-main'),
    { ...group(2, 'dc-west', 'wms-west'), state: 'rejected', reserved: 2, released: 0 },
  ],
  tenders: [],
};

describe('the details of an order over two groups', () => {
  test('say of each group its place, its warehouse, its state and its units', () => {
    expect(describeOrder(order)).toEqual(
      expect.arrayContaining([
        '### Sent in 2 groups',
        '- group 1, dc-east (wms-main): 2 released',
        '- group 2, dc-west (wms-west): **rejected**, 2 reserved',
      ]),
    );
  });

  test('name no place beside the lines, for there are several', () => {
    const at = { ...order, location: 'dc-east' };
    expect(describeOrder(at)).toContain('### Lines (released)');
    const one = { ...at, groups: order.groups.slice(0, 1) };
    expect(describeOrder(one)).toContain('### Lines (released, from dc-east)');
  });

  test('have every heading and every line stand alone in the Temporal UI', () => {
    const line = { lineNo: 1, sku: 'CAP', ordered: 2, reserved: 0, released: 2, shipped: 0 };
    const shown = describeOrder({ ...order, lines: [{ ...line, cancelled: 0 }], lineCount: 1 });
    expect(shown).toContain('- line 1, `CAP`: 2 ordered, 2 released');
    for (const [index, text] of shown.entries()) {
      if (text.startsWith('#')) expect(shown[index - 1]).toBe('');
    }
  });

  test('of one group do not repeat what stands beside its lines', () => {
    const one = { ...order, groups: order.groups.slice(0, 1) };
    expect(describeOrder(one).join(' ')).not.toContain('Sent in');
  });

  test('wait for the warehouses that have something to ship, and no others', () => {
    expect(warehousesOf(order)).toBe('wms-main');
  });
});
