/** The fields that we read of AvaTax's REST v2 API. https://developer.avalara.com/api-reference */
import { z } from 'zod';

export const AvataxTransaction = z.looseObject({
  id: z.union([z.int(), z.string()]).transform(String),
  code: z.string(),
  status: z.string(),
  referenceCode: z.string().nullish(),
});

export const AvataxError = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string().nullish(),
    details: z
      .array(z.looseObject({ code: z.string().nullish(), refersTo: z.string().nullish() }))
      .nullish(),
  }),
});

export const AvataxPing = z.looseObject({
  authenticated: z.boolean(),
  authenticatedUserName: z.string().nullish(),
});

/** One entry a tax of each line; together what the line is taxed with. */
export const AvataxQuote = z.looseObject({
  lines: z.array(
    z.looseObject({
      lineNumber: z.string().regex(/^\d+$/),
      details: z.array(z.looseObject({ taxName: z.string().min(1).max(120), tax: z.number() })),
    }),
  ),
});
