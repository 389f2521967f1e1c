/** What is wrong with an order, and what it waits for. */
import type { ErrorCode, ExceptionCode } from '../../schema/error-codes';
import type { ExceptionCause, Resolution } from '../../schema/exception';

export interface Problem {
  readonly pointer: string;
  readonly code: ErrorCode;
  readonly detail: string;
}
/** What an order waits for; one exception each. */
export interface Missing {
  readonly code: ExceptionCode;
  readonly cause: ExceptionCause;
  readonly detail: string;
  /** Resolutions that would change nothing: the detail says what would help. */
  readonly notOffered?: readonly Resolution[];
  /** At stake; left out: the whole order. */
  readonly moneyMinor?: number;
}
