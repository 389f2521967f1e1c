/**
 * What we write into a PaymentIntent so that it can be asked later what became of an effect.
 *
 * A capture's metadata is merged into the intent's, and only if the capture succeeds. So the key of
 * the last effect is no record of those before it: the authorization keeps its key under a name of
 * its own, and each capture leaves a mark named by a hash of its key (a metadata name holds 40
 * characters, a key is longer).
 */
import { createHash } from 'node:crypto';

export const LATEST_KEY = 'throughline_key';
/** The latest effect's amount in minor units: a charge only says what all captures come to. */
export const LATEST_AMOUNT = 'throughline_amount';
export const AUTHORIZE_KEY = 'throughline_authorize_key';
export const ORDER_ID = 'order_id';
export const TENDER_NO = 'tender_no';

const MARK_PREFIX = 'throughline_capture_';
const MARK_HEX_CHARS = 16;

/** `throughline_capture_` and 64 bits of the key's hash; its value is the key itself. */
export function captureMark(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, MARK_HEX_CHARS);
  return `${MARK_PREFIX}${hash}`;
}
