/** What an order needs to know of master data and stock before it is accepted: one round trip. */
import type { KnownValues } from '../../canonical/rules/order/judgement';
import type { Sql } from '../database';

export interface MasterDataQuestion {
  readonly channelInstance: string;
  readonly skus: readonly string[];
  readonly taxCodes: readonly string[];
  readonly gateways: readonly string[];
  /** As the channel calls them. */
  readonly stores: readonly string[];
}

interface MasterDataRow {
  mappings: [kind: string, value: string, target: string][];
  items: [sku: string, currency: string][];
  nodes: KnownValues['nodes'];
  stock: [sku: string, locationId: string, sellable: number][];
}

/**
 * SKUs count both as they are and as they are mapped, so that one statement is enough. Of each item it
 * gives the currency of its standard cost.
 */
export async function askMasterData(sql: Sql, question: MasterDataQuestion): Promise<KnownValues> {
  const { rows } = await sql.query<MasterDataRow>({
    name: 'ask-master-data',
    text: `
      with m as materialized (
             select kind, value, target from mapping
              where source = $1
                and ((kind = 'sku' and value = any($2::text[]))
                  or (kind = 'tax-code' and value = any($3::text[]))
                  or (kind = 'tender' and value = any($4::text[]))
                  or (kind = 'store' and value = any($5::text[])))),
           wanted as materialized (
             select unnest($2::text[]) as sku union select target from m where kind = 'sku')
      select coalesce((select jsonb_agg(jsonb_build_array(kind, value, target)) from m), '[]')
               as mappings,
             coalesce((select jsonb_agg(jsonb_build_array(i.sku, i.currency))
                         from item i join wanted using (sku)), '[]') as items,
             coalesce((select jsonb_agg(jsonb_build_object('locationId', location_id,
                         'ships', ships, 'active', active, 'priority', priority,
                         'timeZone', time_zone, 'kind', kind,
                         'hasOpeningHours', opening_hours is not null)) from location), '[]') as nodes,
             coalesce((select jsonb_agg(jsonb_build_array(s.sku, s.location_id,
                         greatest(0, s.on_hand - s.reserved - s.unsellable - s.safety
                                     - s.held_for_others)))
                         from stock s join wanted using (sku)), '[]') as stock`,
    values: [
      question.channelInstance,
      question.skus,
      question.taxCodes,
      question.gateways,
      question.stores,
    ],
  });
  const [row] = rows;
  return {
    mappings: new Map((row?.mappings ?? []).map(([kind, value, to]) => [`${kind}/${value}`, to])),
    items: new Map(row?.items ?? []),
    nodes: row?.nodes ?? [],
    stock: (row?.stock ?? []).map(([sku, locationId, sellable]) => ({ sku, locationId, sellable })),
  };
}
