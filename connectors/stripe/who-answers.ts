/** Whose secret key this is, by Stripe's own word. */
import { VendorFault } from '../../canonical/ports/fault';
import { readAnswer } from '../answer';
import type { HttpDoor } from '../http';
import { StripeAccount } from './schema';

const SYSTEM = 'stripe';

export async function whoAnswers(door: HttpDoor): Promise<string> {
  const what = 'GET account';
  const answer = await door.call({ method: 'GET', path: '/v1/account' });
  if (answer.status >= 400) {
    throw new VendorFault(SYSTEM, 'misconfigured', `${what}: status ${answer.status}`);
  }
  return readAnswer(SYSTEM, what, StripeAccount, answer.json).id;
}
