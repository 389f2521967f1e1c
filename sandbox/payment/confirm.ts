/** The buyer confirms an intent at their bank, or the bank decides one that it was slow about. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { readCall } from '../control';
import { inTransaction } from '../database';
import type { Route } from '../system';
import { noSuch } from './errors';
import { cancelled, confirmed, recordCharge } from './intents';
import { asIntent, intents, intentView, type Intent } from './ledger';
import type { Telling } from './outcome';

const confirmSchema = z.strictObject({ outcome: z.enum(['held', 'refused']).default('held') });
const OPEN: ReadonlySet<string> = new Set([
  'processing',
  'requires_action',
  'requires_payment_method',
]);

/** `tell`: as a webhook; of no call, so without its key. */
export function confirmControl(
  pool: Pool,
  tell: (events: Parameters<Telling['event']>[]) => Promise<void>,
): Route {
  return {
    method: 'POST',
    path: '/_sandbox/payment_intents/{id}/confirm',
    async run(call) {
      const read = readCall(confirmSchema, call);
      if (!read.ok) return read.answer;
      const id = call.params['id'] ?? '';
      const after = await inTransaction(pool, async (db): Promise<Intent | null> => {
        const record = await intents.lock(db, id);
        if (!record || !OPEN.has(record.status)) return null;
        const intent = asIntent(record);
        if (read.value.outcome === 'refused') return cancelled(db, intent, 'abandoned');
        const { status, holds } = confirmed(intent.details, record.amountMinor ?? 0);
        const { chargeId: reference, amountCapturable, amountReceived } = holds;
        const details = { chargeId: reference, amountCapturable, amountReceived };
        const held = asIntent(await intents.update(db, id, { status, details }));
        await recordCharge(db, held);
        return held;
      });
      if (!after) return noSuch('payment_intent that waits', id, 'intent');
      const isHeld = read.value.outcome === 'held';
      const type = isHeld ? 'amount_capturable_updated' : 'canceled';
      await tell([[`payment_intent.${type}`, intentView(after), null, after]]);
      return { status: 200, body: intentView(after) };
    },
  };
}
