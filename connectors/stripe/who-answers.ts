/** Whose secret key this is, by Stripe's own word. */
import { readAnswer, requireSuccess } from '../answer';
import { getJson, type HttpDoor } from '../http';
import { SYSTEM } from './calls';
import { StripeAccount } from './schema';

export async function whoAnswers(door: HttpDoor): Promise<string> {
  const what = 'GET account';
  const answer = await getJson(door, '/v1/account');
  requireSuccess(SYSTEM, what, answer);
  return readAnswer(SYSTEM, what, StripeAccount, answer.json).id;
}
