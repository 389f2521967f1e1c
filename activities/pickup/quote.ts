/**
 * What a pickup asks of a tax service: what units would be taxed with elsewhere. It changes nothing
 * there, so that it needs no key; what it says is used in the moment that records it.
 */
import type { QuoteEffects } from '../../canonical/flows/pickup';
import { VendorFault } from '../../canonical/ports/fault';
import type { TaxService } from '../../canonical/ports/tax';
import { recordQuote, taxQuestion } from '../../moments/pickup/quote-tax';
import type { Database } from '../../store/database';
import { ownFailure, vendorFailure } from '../failure';
import { withPulse } from '../pace';

export function createQuoteActivities(settings: {
  readonly db: Database;
  /** `avatax-main`. */
  readonly account: string;
  readonly tax: Pick<TaxService, 'quote'>;
}): QuoteEffects {
  const { db, account, tax } = settings;
  const what = `quote at ${account}`;
  return {
    async quoteTax(due) {
      try {
        return await withPulse(async () => {
          const question = await taxQuestion(db, due);
          return recordQuote(db, due, question && (await tax.quote(question)));
        });
      } catch (error) {
        throw error instanceof VendorFault
          ? vendorFailure(error, { what })
          : ownFailure(error, what, 'retry-what-may-pass');
      }
    },
  };
}
