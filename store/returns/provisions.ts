/** What was set aside for each line of an invoice, when it was sold. */
import type { Provision } from '../../canonical/rules/return/worth';
import type { Write } from '../writes';

export interface ProvisionRow extends Provision {
  readonly lineNo: number;
  readonly rflMinor: number;
  readonly rraMinor: number;
}

export function provisionWrites(
  { orderId, invoiceNo }: { readonly orderId: string; readonly invoiceNo: number },
  rows: readonly ProvisionRow[],
): Write[] {
  if (rows.length === 0) return [];
  return [
    {
      name: 'keep-provisions',
      text: `insert into return_provision (order_id, invoice_no, line_no, cohort, fee_permille,
               recovery_per_unit_minor, rfl_minor, rra_minor)
             select $1, $2, r."lineNo", r.cohort, r."feePermille", r."recoveryPerUnitMinor",
                    r."rflMinor", r."rraMinor"
               from jsonb_to_recordset($3) as r("lineNo" int, cohort text, "feePermille" int,
                 "recoveryPerUnitMinor" bigint, "rflMinor" bigint, "rraMinor" bigint)`,
      values: [orderId, invoiceNo, JSON.stringify(rows)],
    },
  ];
}
