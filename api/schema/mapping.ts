/** Cross-references as the API takes and shows them. */
import { z } from 'zod';
import { Instant } from '../../canonical/schema/ids';
import { MappingKindName } from '../../canonical/schema/mapping';

const MAX_VALUE_CHARS = 250;

export const MappingKindParams = z.strictObject({
  kind: MappingKindName.meta({ example: 'tax-code' }),
});
export const MappingParams = MappingKindParams.extend({
  source: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a channel or ERP instance, such as web-us')
    .meta({ example: 'web-us' }),
  value: z
    .string()
    .min(1)
    .max(MAX_VALUE_CHARS)
    .meta({ example: 'State Tax', description: 'Percent-encoded, slashes too' }),
});

export const MappingView = z
  .strictObject({
    kind: MappingKindName,
    source: z.string(),
    value: z.string(),
    target: z.string(),
    updatedBy: z.string(),
    updatedAt: Instant,
  })
  .meta({ id: 'Mapping' });

export const MappingWritten = MappingView.extend({
  resumed: z.int().meta({ description: 'Exceptions that waited for it and are resolved' }),
}).meta({ id: 'MappingWritten' });
