/** What others read of returns: what vendors owe for goods, and how goods come back. */
import { z } from 'zod';
import { Sku } from '../../canonical/schema/ids';
import { ReturnQuality } from '../../canonical/schema/return-quality';
import { SupplierClaim } from '../../canonical/schema/supplier-claim';
import { countQuality } from '../../store/returns/quality';
import { listClaims } from '../../store/returns/supplier-claims';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { route } from '../http/route';
import { MAY } from '../roles';
import { DateRange } from './journals';

const query = z.strictObject({
  sku: Sku.optional().meta({ description: 'Of one item', example: 'MUG-BLUE' }),
  ...DateRange,
  ...PageQuery,
});

export const listSupplierClaimsRoute = route(
  {
    method: 'get',
    path: '/v1/supplier-claims',
    tag: 'Returns',
    summary: 'List what vendors owe for goods that went back',
    description:
      'One for each condition in which units of an item were found and sent back to their vendor. ' +
      'The ERP settles them: its VENDOR-REC lines name the same reference.',
    roles: MAY.readLedger,
    query,
    responses: { 200: { description: 'By business date', schema: pageOf(SupplierClaim) } },
  },
  ({ query: asked }, { db }) => {
    const { sku = null, from = null, to = null } = asked;
    return readPage(asked, ['claimedOn', 'reference'], (after, limit) =>
      listClaims(db, { sku, from, to, after, limit }),
    );
  },
);

export const returnQualityRoute = route(
  {
    method: 'get',
    path: '/v1/return-quality',
    tag: 'Returns',
    summary: 'Count why goods come back, and how',
    description: 'Units that were accepted, by item, reason, condition and disposition.',
    roles: MAY.readLedger,
    query,
    responses: { 200: { description: 'By SKU', schema: pageOf(ReturnQuality) } },
  },
  ({ query: asked }, { db }) => {
    const { sku = null, from = null, to = null } = asked;
    return readPage(asked, ['sku', 'reason', 'condition', 'disposition'], (after, limit) =>
      countQuality(db, { sku, from, to, after, limit }),
    );
  },
);
