/** Rows that say what moved, what was kept of it and what is left: two lines, which must agree. */
import type { SettlementLine } from '../canonical/ports/settlement';
import { parseDecimal } from '../canonical/rules/money/money';
import { quoted, type Problems } from './report-problems';
import type { Cells } from './report-table';

/** An amount that has to be there; a problem and null where it is none. */
export function amountIn(
  cells: Cells,
  column: string,
  currency: string,
  problems: Problems,
): number | null {
  const minor = parseDecimal(cells.of(column), currency);
  if (minor === null) {
    const detail = `${quoted(cells.of(column))} under ${column} is no amount of ${currency}`;
    problems.add('amount', cells.rowNo, detail);
  }
  return minor;
}

/**
 * `columns`: of what moved, of the fee (above zero where it is kept) and of what is left. `line` is
 * the rest of each, whose words' `type` is `gross` or `fee`.
 */
export function grossAndFee(
  cells: Cells,
  columns: readonly [gross: string, fee: string, net: string],
  currency: string,
  problems: Problems,
  line: (type: 'gross' | 'fee', amountMinor: number) => SettlementLine,
): SettlementLine[] {
  const [gross, fee, net] = columns.map((column) => amountIn(cells, column, currency, problems));
  if (!isMinor(gross) || !isMinor(fee) || !isMinor(net)) return [];
  if (gross - fee !== net) {
    problems.add('row', cells.rowNo, `${columns[0]} less ${columns[1]} is not ${columns[2]}`);
    return [];
  }
  return [
    ...(gross !== 0 || fee === 0 ? [line('gross', gross)] : []),
    ...(fee !== 0 ? [line('fee', -fee)] : []),
  ];
}

const isMinor = (minor: number | null | undefined): minor is number => typeof minor === 'number';
