/** What vendors owe for goods that went back to them: written when they are disposed of, and listed. */
import type { SupplierClaim } from '../../canonical/schema/supplier-claim';
import type { Sql } from '../database';

export interface NewClaim {
  readonly reference: string;
  readonly sku: string;
  readonly quantity: number;
  readonly costMinor: number;
  readonly condition: string;
}

export interface OfClaims {
  readonly rma: string;
  readonly inspectionNo: number;
  readonly entity: string;
  readonly locationId: string;
  readonly currency: string;
  readonly reason: string;
  /** A business date. */
  readonly claimedOn: string;
}

export async function insertClaims(
  sql: Sql,
  of: OfClaims,
  claims: readonly NewClaim[],
): Promise<void> {
  await sql.query({
    name: 'insert-supplier-claims',
    text: `insert into supplier_claim (reference, rma, inspection_no, entity, sku, location_id,
             quantity, cost_minor, currency, reason, condition, claimed_on)
           select c.reference, $1, $2, $3, c.sku, $4, c.quantity, c."costMinor", $5, $6,
                  c.condition, $7
             from jsonb_to_recordset($8) as c(reference text, sku text, quantity int,
               "costMinor" bigint, condition text)`,
    values: [
      of.rma,
      of.inspectionNo,
      of.entity,
      of.locationId,
      of.currency,
      of.reason,
      of.claimedOn,
      JSON.stringify(claims),
    ],
  });
}

export interface ClaimFilter {
  readonly sku: string | null;
  /** Business dates, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly after: { readonly claimedOn: string; readonly reference: string } | null;
  readonly limit: number;
}

export async function listClaims(
  sql: Sql,
  { sku, from, to, after, limit }: ClaimFilter,
): Promise<SupplierClaim[]> {
  const { rows } = await sql.query<SupplierClaim & Record<string, unknown>>(
    `select reference, rma, entity, sku, location_id as location, quantity,
            jsonb_build_object('currency', currency, 'minorUnits', cost_minor) as cost,
            reason, condition, claimed_on as "claimedOn"
       from supplier_claim
      where ($1::text is null or sku = $1)
        and ($2::date is null or claimed_on >= $2) and ($3::date is null or claimed_on <= $3)
        and ($4::date is null or (claimed_on, reference) > ($4, $5))
      order by claimed_on, reference limit $6`,
    [sku, from, to, after?.claimedOn ?? null, after?.reference ?? null, limit],
  );
  return rows;
}
