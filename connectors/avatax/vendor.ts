/** AvaTax: the tax service that is told of invoices. */
import type { Vendor } from '../vendor';
import { avataxClient } from './client';
import { avataxRecords } from './records';
import { avataxSetup } from './setup';

export const avatax: Vendor = {
  setup: avataxSetup,
  records: avataxRecords,
  open({ baseUrl, secret, names }) {
    const companies = names('companies');
    const client = avataxClient({ baseUrl, token: secret('token'), companies });
    return { ...client, taxService: client };
  },
};
