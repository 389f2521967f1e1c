/**
 * The mail and text-message provider: one POST a message, the effect's key as Idempotency-Key and
 * as the message's reference. Addresses are personal: none reaches a fault or a refusal.
 */
import { z } from 'zod';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type { Message as MessageToSend, Notifier, Sent } from '../../canonical/ports/notification';
import { readAnswer, refused, requireSuccess } from '../answer';
import { getJson, openDoor, postJson, type HttpDoor } from '../http';
import { REFUSED_BEFORE } from './refused-before';

const SYSTEM = 'messenger';

const Message = z.looseObject({ id: z.string().min(1) });
const MessageList = z.looseObject({ items: z.array(Message) });
const ErrorBody = z.looseObject({ error: z.looseObject({ code: z.string() }) });

export interface MessengerSettings {
  readonly baseUrl: string;
  readonly token: string;
  readonly headersTimeoutMs?: number;
}

/** Opens the door to one provider account. */
export function messengerClient(
  settings: MessengerSettings,
): Notifier & { whoAnswers(): Promise<string>; close(): Promise<void> } {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  return {
    send: (message) => send(door, message),
    findMessage: (key) => findMessage(door, key),
    async whoAnswers() {
      await findMessage(door, 'throughline-setup-check');
      return 'the provider';
    },
    close: () => door.close(),
  };
}

async function send(door: HttpDoor, message: MessageToSend): Promise<Sent | Refused> {
  const what = 'POST messages';
  const { key, channel, to, template, variables } = message;
  const body = { channel, to, template, variables, reference: key };
  const answer = await postJson(door, '/v1/messages', body, { 'idempotency-key': key });
  if (answer.status < 400) {
    const sent = readAnswer(SYSTEM, what, Message, answer.json);
    return { outcome: 'sent', reference: sent.id };
  }
  const { error } = readAnswer(SYSTEM, what, ErrorBody, answer.json);
  if (answer.status === 409) {
    throw new VendorFault(SYSTEM, 'misconfigured', `${what}: ${error.code}`);
  }
  // The provider's own words may quote the address.
  return refused(error.code, `the provider refused the message (${error.code})`);
}

async function findMessage(door: HttpDoor, key: string): Promise<Sent | null> {
  const what = 'GET messages';
  const query = new URLSearchParams({ reference: key });
  const answer = await getJson(door, `/v1/messages?${query}`);
  requireSuccess(SYSTEM, what, answer);
  const found = readAnswer(SYSTEM, what, MessageList, answer.json).items[0];
  return found ? { outcome: 'sent', reference: found.id } : null;
}
