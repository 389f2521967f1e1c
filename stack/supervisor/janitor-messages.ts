// What the supervisor tells its janitor, one JSON object a line.
import { z } from 'zod';

const signal = z.enum(['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGKILL']);

export const janitorMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('watch'), pid: z.number(), identity: z.string(), signal }),
  z.strictObject({ kind: z.literal('forget'), pid: z.number() }),
  // With a content: only as long as that is what the file holds.
  z.strictObject({ kind: z.literal('file'), file: z.string(), content: z.string().optional() }),
  z.strictObject({ kind: z.literal('farewell') }),
]);
export type JanitorMessage = z.infer<typeof janitorMessage>;

/** A signal that asks a process to end. */
export type StopSignal = z.infer<typeof signal>;
