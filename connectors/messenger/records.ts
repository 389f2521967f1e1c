/**
 * The message provider's records for the audit. Its `GET /v1/messages` looks a message up by its
 * reference and pages through none, so they are read from the stand-in's list.
 */
import type { RecordLists } from '../listed-records';

export const messengerRecords: RecordLists = { message: { path: 'messages' } };
