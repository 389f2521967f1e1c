/** Money that is there as a caller says, and nobody else yet. */
import type { ReadTender } from './judgement';

/** What a caller says was received is a claim until it was looked up: it counts as nothing before. */
export function asClaims<T extends { readonly tenders: readonly ReadTender[] }>(read: T): T {
  const tenders = read.tenders.map((tender) => ({
    ...tender,
    received: null,
    claim: tender.received ?? tender.claim,
  }));
  return { ...read, tenders };
}
