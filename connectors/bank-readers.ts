/** The reader of each format of bank statements. */
import type { BankFormat, BankStatementReader, CsvColumns } from '../canonical/ports/bank';
import { bai2 } from './bank/bai2';
import { camt053 } from './bank/camt053';
import { csvStatements } from './bank/csv';
import { mt940 } from './bank/mt940';

/** `columns`: of a CSV, from the set-up. Null where a CSV has none. */
export function bankReader(
  format: BankFormat,
  columns: CsvColumns | null,
): BankStatementReader | null {
  if (format === 'csv') return columns === null ? null : csvStatements(columns);
  return { camt053, mt940, bai2 }[format];
}
