/** What follows from why a line is not ours to send. */
import type { NotSent } from '../../schema/not-sent';

/** Nobody sends anything: control passes as soon as it is paid for. */
export const isAccess = (why: NotSent | undefined): boolean =>
  why === 'digital' || why === 'gift-card';

/** Not out of stock of ours: what it costs is owed to whoever supplies it (rule 3e). */
export const isSupplied = (why: NotSent | undefined): boolean =>
  why === 'digital' || why === 'other-service';
