/** What apps do with returns; the shop tells of each by its webhook, as of what its people do. */
import type { SandboxContext } from '../system';
import { change, without, type Payload } from './change';
import { createReturn, moveReturn, type ReturnInput } from './returns';
import { sendReturnWebhook } from './returns-control';
import { returnView } from './returns-views';
import { readOrder, returns } from './shop';

export function returnMutations(context: SandboxContext) {
  const shown = async (id: string): Promise<Payload> => {
    const record = await returns.find(context.pool, id);
    const order = record?.orderId ? await readOrder(context.pool, record.orderId) : undefined;
    return { return: record && order ? returnView(order, record) : null, userErrors: [] };
  };
  const told = async (
    topic: string,
    work: Parameters<typeof change<{ id: string }>>[1],
  ): Promise<Payload> => {
    let id: string | undefined;
    const payload = await change(
      context,
      async (db) => {
        const made = await work(db);
        if (made.ok) await sendReturnWebhook(context, db, made.value.id, topic);
        return made;
      },
      without('return'),
      (value) => {
        id = value.id;
        return Promise.resolve({ userErrors: [] });
      },
    );
    context.outbound.wake();
    return id === undefined ? payload : shown(id);
  };
  return {
    returnCreate: ({ returnInput }: { returnInput: ReturnInput }) =>
      told('returns/approve', (db) => createReturn(db, returnInput)),
    returnClose: ({ id }: { id: string }) =>
      told('returns/close', (db) => moveReturn(db, id, ['OPEN'], 'CLOSED')),
  };
}
