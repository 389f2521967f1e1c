/** How long goods of a channel's sales are waited for, by its policy. */
import { channelSetup } from '../../canonical/installation';
import { DEFAULT_POLICIES } from '../../canonical/schema/policies';

const DAY_MS = 86_400_000;

/** RFC 3339. */
export function waitUntil(channelInstance: string, from: string): string {
  const { returnReceiptDays } = channelSetup(channelInstance)?.policies ?? DEFAULT_POLICIES;
  return new Date(Date.parse(from) + returnReceiptDays * DAY_MS).toISOString();
}
