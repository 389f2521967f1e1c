/** A trace as a person reads it: one line a step, with the time since the first. */
import { z } from 'zod';
import { oneLine } from '../../canonical/rules/text';

export const Trace = z.object({
  entries: z.array(
    z.object({ at: z.string(), system: z.string(), kind: z.string(), summary: z.string() }),
  ),
});
export type Trace = z.infer<typeof Trace>;

const TIME_WIDTH = 9;
const SYSTEM_WIDTH = 26;

export function storyOf(
  channel: string,
  orderNo: string,
  orderId: string,
  trace: Trace,
): readonly string[] {
  const [first] = trace.entries;
  const startMs = first ? Date.parse(first.at) : 0;
  const lines = trace.entries.map((entry) => {
    const since = `+${((Date.parse(entry.at) - startMs) / 1000).toFixed(2)} s`;
    return `  ${since.padStart(TIME_WIDTH)}  ${entry.system.padEnd(SYSTEM_WIDTH)}${oneLine(entry.summary)}`;
  });
  return ['', `Order ${channel}/${orderNo} (${orderId})`, ...lines];
}
