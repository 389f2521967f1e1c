// Whose records an audit of this stack reads: one line an account.
import type { AccountRecords, OutsideRecords } from '../canonical/ports/records';
import { avataxRecords } from '../connectors/avatax/records';
import { messengerRecords } from '../connectors/messenger/records';
import { netsuiteRecords } from '../connectors/netsuite/records';
import { shopifyRecords } from '../connectors/shopify/records';
import { stripeRecords } from '../connectors/stripe/records';
import { warehouseRecords } from '../connectors/warehouse/records';
import type { StackJson } from '../stack/supervisor/stack-json';

export function recordsOfStack(urls: StackJson['sandbox']): OutsideRecords {
  return recordsOfAccounts([
    stripeRecords(urls.payment),
    shopifyRecords(urls.commerce),
    warehouseRecords(urls.wms),
    netsuiteRecords(urls.erp),
    avataxRecords(urls.tax),
    messengerRecords(urls.notification),
  ]);
}

/** Several accounts may keep the same kinds. */
function recordsOfAccounts(accounts: readonly AccountRecords[]): OutsideRecords {
  return {
    async *pages(kind, since) {
      for (const account of accounts) {
        if (account.kinds.includes(kind)) yield* account.pages(kind, since);
      }
    },
  };
}
