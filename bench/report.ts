/** The figures as a table, each beside its target. */
import type { AcceptFigures } from './accept';
import type { CostFigures, FlowFigures, HistoryFigures } from './flows';
import type { MemoryFigures } from './memory';
import type { OpenLoopFigures } from './open-loop';
import type { PickupFigures } from './pickup/measure';
import { pickupRows } from './pickup/report';
import { settlementRows, type SettlementFigures } from './settlement/measure';
import type { Row } from './report-row';

/** Null: that section was not asked for. */
export interface Figures {
  readonly machine: string;
  readonly history: HistoryFigures | null;
  readonly flows: FlowFigures | null;
  readonly cost: CostFigures | null;
  readonly accept: readonly AcceptFigures[] | null;
  readonly loop: OpenLoopFigures | null;
  readonly memory: MemoryFigures | null;
  readonly pickup: PickupFigures | null;
  readonly settlement: SettlementFigures | null;
}

const rate = (value: number) => `${value.toFixed(1)}/s`;
const ms = (value: number) => `${value.toFixed(0)} ms`;

export function printFigures(figures: Figures): void {
  const rows = [
    ...historyRows(figures),
    ...flowRows(figures),
    ...costRows(figures),
    ...acceptRows(figures),
    ...loopRows(figures),
    ...memoryRows(figures),
    ...pickupRows(figures.pickup),
    ...settlementRows(figures.settlement),
  ];
  console.log(`\n${figures.machine}`);
  const width = (pick: (row: Row) => string) => Math.max(...rows.map((row) => pick(row).length));
  const widths = [width((row) => row.what), width((row) => row.measured)] as const;
  for (const { what, measured, target } of rows) {
    console.log(`${what.padEnd(widths[0])}  ${measured.padEnd(widths[1])}  ${target}`);
  }
}

function flowRows({ flows }: Figures): Row[] {
  if (!flows) return [];
  const { bare, ours } = flows;
  return [
    {
      what: '(a) bare flow',
      measured: flowText(bare),
      target: `${flows.bareCpuMs.toFixed(1)} CPU ms an order`,
    },
    { what: '(a) order-to-cash', measured: flowText(ours), target: '' },
    { what: '(a) ratio', measured: flows.ratio.toFixed(2), target: '≥ 0.65' },
  ];
}

function costRows({ cost }: Figures): Row[] {
  if (!cost) return [];
  const { usage } = cost;
  const cpu = Object.entries(usage.cpuMsAnOrder).map(
    ([name, used]) => `${name} ${used.toFixed(1)}`,
  );
  const whole = Object.values(usage.cpuMsAnOrder).reduce((sum, used) => sum + used, 0);
  return [
    {
      what: '(b) events of all histories ÷ orders',
      measured: cost.allEventsAnOrder.toFixed(1),
      target: '≤ 45',
    },
    { what: '(c) CPU ms an order', measured: whole.toFixed(1), target: `≤ 115: ${cpu.join(', ')}` },
    {
      what: '(c) SQL statements an order',
      measured: usage.roundTripsAnOrder.toFixed(1),
      target: '≤ 48',
    },
    {
      what: '(c) transactions an order',
      measured: usage.transactionsAnOrder.toFixed(1),
      target: '≤ 20',
    },
    ...Object.entries(usage.parts)
      .sort(([, a], [, b]) => b.calls - a.calls)
      .map(([part, { calls, ms }]) => ({
        what: `(c)   ${part}`,
        measured: calls.toFixed(1),
        target: `${ms.toFixed(1)} ms of SQL`,
      })),
  ];
}

const flowText = (of: { perSecond: number; p50Ms: number; p99Ms: number }) =>
  `${rate(of.perSecond)}, p50 ${ms(of.p50Ms)}, p99 ${ms(of.p99Ms)}`;

function historyRows({ history }: Figures): Row[] {
  if (!history) return [];
  const row = (what: string, events: number, target: string) => ({
    what,
    measured: String(events),
    target,
  });
  return [
    row('(b) events, authorized and captured by us', history.authorizedHere, '≤ 32'),
    row('(b) events, authorization came with the order', history.authorizedBefore, '≤ 26'),
  ];
}

function acceptRows({ accept }: Figures): Row[] {
  return (accept ?? []).map(({ rows, barePerSecond, acceptPerSecond, ratio }) => ({
    what: `(e) accept on ${rows} stock row${rows > 1 ? 's' : ''}`,
    measured: `${rate(acceptPerSecond)} of ${rate(barePerSecond)}: ${ratio.toFixed(2)}`,
    target: rows === 1 ? '≥ 0.40' : '≥ 700/s',
  }));
}

function loopRows({ loop }: Figures): Row[] {
  if (!loop) return [];
  return [
    {
      what: '(d) POST /orders at 200/s for 10 s',
      measured: `p50 ${ms(loop.p50Ms)}, p99 ${ms(loop.p99Ms)}, ${loop.failed} failed`,
      target: 'p99 < 300 ms',
    },
    {
      what: '(d) orders closed meanwhile, and after',
      measured: `${rate(loop.drainedPerSecond)}, ${rate(loop.drainedAfterPerSecond)}`,
      target: '≥ 5/s',
    },
  ];
}

function memoryRows({ memory }: Figures): Row[] {
  if (!memory) return [];
  const { idleMiB, withOpenOrdersMiB, openOrders } = memory;
  return [
    {
      what: `(f) worker with ${openOrders} open orders`,
      measured: `${withOpenOrdersMiB.toFixed(0)} MiB`,
      target: `${idleMiB.toFixed(0)} MiB idle`,
    },
  ];
}
