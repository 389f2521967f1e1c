/** The provider of mail and text messages. */
import type { Vendor } from '../vendor';
import { messengerClient } from './client';
import { messengerRecords } from './records';
import { messengerSetup } from './setup';

export const messenger: Vendor = {
  setup: messengerSetup,
  records: messengerRecords,
  open({ baseUrl, secret }) {
    const client = messengerClient({ baseUrl, token: secret('token') });
    return { ...client, notifier: client };
  },
};
