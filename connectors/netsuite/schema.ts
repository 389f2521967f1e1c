/** The fields that we read of NetSuite's REST record service. */
import { z } from 'zod';

/** A record as GET gives it; journal entries and sales orders both carry these. */
export const NetsuiteRecord = z.looseObject({
  id: z.union([z.string(), z.int()]).transform(String),
  tranId: z.string().nullish(),
});

export const NetsuiteError = z.looseObject({
  title: z.string().nullish(),
  'o:errorDetails': z
    .array(
      z.looseObject({
        detail: z.string().nullish(),
        'o:errorCode': z.string().nullish(),
        'o:errorPath': z.string().nullish(),
      }),
    )
    .nullish(),
});
