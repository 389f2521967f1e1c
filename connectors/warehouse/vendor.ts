/** A warehouse that speaks our own events; what it sends comes as events, not as webhooks. */
import type { Vendor } from '../vendor';
import { warehouseClient } from './client';
import { warehouseRecords } from './records';
import { warehouseSetup } from './setup';

export const warehouse: Vendor = {
  setup: warehouseSetup,
  records: warehouseRecords,
  open({ baseUrl, secret }) {
    const client = warehouseClient({ baseUrl, token: secret('token') });
    return { ...client, warehouse: client };
  },
};
