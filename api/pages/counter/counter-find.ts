/** Orders by what a customer shows or says; what is of no order is counted, and slowed after some. */
import { channelSetups } from '../../../canonical/installation';
import type { Database } from '../../../store/database';
import { soldByNumber, soldByPhone, type SoldSeen } from '../../../store/returns/find-sold';
import type { Caller } from '../../http/authenticate';
import { createFailedKeys } from '../../http/failed-keys';
import { Problem } from '../../http/problem';

const LEAST_PHONE_DIGITS = 7;
const NOTHING_FOUND = 'no order has this number';

/** Numbers that were tried and are of no order: by key, in this process. */
const failedNumbers = createFailedKeys(Date.now, 'numbers that no order has');

/** `INV-web-us-1001-2` is an invoice of order 1001. */
function invoiced(text: string, channels: readonly string[]) {
  const channel = channels.find((one) => text.startsWith(`INV-${one}-`));
  const rest = channel === undefined ? '' : text.slice(`INV-${channel}-`.length);
  const orderNo = /^(.+)-\d+$/.exec(rest)?.[1];
  return channel === undefined || orderNo === undefined ? null : { channel, orderNo };
}

/** By the number that a buyer sees, an invoice's, or a telephone's. @throws Problem not_found */
export async function soldAsShown(
  db: Database,
  { callerId }: Caller,
  text: string,
): Promise<readonly SoldSeen[]> {
  const from = [`caller ${callerId}`];
  failedNumbers.requireSlow(from);
  const channels = channelSetups().map(({ channelInstance }) => channelInstance);
  const invoice = invoiced(text, channels);
  const byNumber = invoice
    ? await soldByNumber(db, invoice.orderNo, [invoice.channel])
    : await soldByNumber(db, text, channels);
  const isPhone = text.replaceAll(/[^0-9]/g, '').length >= LEAST_PHONE_DIGITS;
  const sold = byNumber.length === 0 && isPhone ? await soldByPhone(db, text) : byNumber;
  if (sold.length > 0) return sold;
  failedNumbers.count(from);
  throw new Problem('not_found', NOTHING_FOUND);
}
