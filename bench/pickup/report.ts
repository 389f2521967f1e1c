/** The figures of store pickup as rows of the table. */
import type { Row } from '../report-row';
import type { PickupFigures } from './measure';
import type { OneCost } from './one';

const ms = (value: number) => `${value.toFixed(0)} ms`;
const mib = (value: number) => `${value.toFixed(0)} MiB`;

export function pickupRows(pickups: PickupFigures | null): Row[] {
  if (!pickups) return [];
  const { open, stores, one, openedPerSecond, memoryMiB, pressing, timerLag, morning } = pickups;
  const of = `${open} open pickups of ${stores} stores`;
  return [
    ...oneRows('collected', one.collected, '≤ 30'),
    ...oneRows('expired', one.expired, '≤ 36'),
    {
      what: `(g) ${of}: opened by orders`,
      measured: `${openedPerSecond.toFixed(1)}/s`,
      target: '',
    },
    ...(pickups.copies === null
      ? []
      : [
          {
            what: '(g)   the others: rows copied; flows started',
            measured: `${pickups.copies.rowsSeconds.toFixed(0)} s; ${pickups.copies.flowsPerSecond.toFixed(0)}/s`,
            target: '',
          },
        ]),
    ...(['server', 'worker'] as const).map((process) => ({
      what: `(g)   ${process}`,
      measured: mib(memoryMiB[process].open),
      target: `${mib(memoryMiB[process].idle)} before them`,
    })),
    { what: '(g)   worker started anew', measured: ms(pickups.workerStartUpMs), target: '' },
    {
      what: '(g)   a timer, from its instant to applied',
      measured: `p50 ${ms(timerLag.p50Ms)}, p99 ${ms(timerLag.p99Ms)}`,
      target: '',
    },
    {
      what: '(g) a press, 50 stores pressing as fast as they can',
      measured: `p50 ${ms(pressing.p50Ms)}, p99 ${ms(pressing.p99Ms)}, ${pressing.perSecond.toFixed(0)}/s`,
      target: '',
    },
    {
      what: '(g) a press, 50 stores pressing once a second',
      measured: `p50 ${ms(pickups.pressingInTurn.p50Ms)}, p99 ${ms(pickups.pressingInTurn.p99Ms)}`,
      target: 'p99 < 300 ms',
    },
    {
      what: `(g) ${morning.deadlines} deadlines in one minute, drained`,
      measured: `${morning.drainedAfterSeconds.toFixed(0)} s after the first`,
      target: '≤ 300 s',
    },
    {
      what: '(g)   a press meanwhile, 50 stores pressing once a second',
      measured: `p50 ${ms(morning.pressing.p50Ms)}, p99 ${ms(morning.pressing.p99Ms)}`,
      target: 'p99 < 1000 ms',
    },
  ];
}

function oneRows(how: string, { pickupEvents, orderEvents, usage }: OneCost, target: string) {
  return [
    {
      what: `(g) events of a pickup that is ${how}`,
      measured: pickupEvents.toFixed(1),
      target: `${target}; its order's ${orderEvents.toFixed(1)}`,
    },
    {
      what: `(g)   statements from its sale to the last message`,
      measured: usage.roundTripsAnOrder.toFixed(1),
      target: Object.entries(usage.parts)
        .sort(([, a], [, b]) => b.calls - a.calls)
        .map(([part, { calls }]) => `${part} ${calls.toFixed(1)}`)
        .join(', '),
    },
  ];
}
