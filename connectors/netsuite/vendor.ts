/** NetSuite: the ERP that has an entity's books. */
import type { Vendor } from '../vendor';
import { netsuiteClient } from './client';
import { netsuiteRecords } from './records';
import { netsuiteSetup } from './setup';

export const netsuite: Vendor = {
  setup: netsuiteSetup,
  records: netsuiteRecords,
  open({ baseUrl, secret, names, limits }) {
    const client = netsuiteClient({
      baseUrl,
      token: secret('token'),
      connections: limits.atOnce,
      subsidiaries: names('subsidiaries'),
      customers: names('customers'),
    });
    return { ...client, erp: client };
  },
};
