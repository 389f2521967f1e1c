/** Cross-references: what another system's value is called here. Never a guess. */
import { z } from 'zod';
import { Instant, LocationId } from './ids';
import { TENDER_KINDS } from './tender-kind';

/** Every kind, whose values it translates, and what a target may be. */
export const MAPPING_KINDS = {
  sku: { title: "A channel's SKU to an item's", target: z.string().min(1).max(120) },
  'tax-code': {
    title: "A channel's tax to a tax code",
    target: z.string().regex(/^[A-Z0-9][A-Z0-9_-]{0,39}$/, 'capitals, digits, dash, underscore'),
  },
  tender: {
    title: "A channel's gateway to a kind of tender",
    target: z.enum(TENDER_KINDS),
  },
  store: {
    title: "A channel's pickup location to a store",
    target: LocationId,
  },
  account: {
    title: "A ledger account to an ERP's own account id",
    target: z.string().regex(/^\d{1,20}$/, "the ERP's numeric account id"),
  },
} as const;
export type MappingKind = keyof typeof MAPPING_KINDS;

export const MappingKindName = z
  .enum(Object.keys(MAPPING_KINDS) as [MappingKind, ...MappingKind[]])
  .meta({ description: 'Whose values are translated into which of ours' });

export const StoredMapping = z
  .strictObject({
    kind: MappingKindName,
    /** The channel instance or ERP instance whose word this is. */
    source: z.string(),
    value: z.string(),
    target: z.string(),
    updatedBy: z.string(),
    updatedAt: Instant,
  })
  .meta({ id: 'Mapping' });
export type StoredMapping = z.infer<typeof StoredMapping>;
export type Mapping = Omit<StoredMapping, 'updatedBy' | 'updatedAt'>;

/** The cause reference of an exception that waits for a mapping. */
export function mappingRef(kind: MappingKind, source: string, value: string): string {
  return `${kind}/${source}/${value}`;
}
