/** What a person says that lines of a settlement are, as the API takes it. */
import { z } from 'zod';
import { SETTLEMENT_CLASSES } from '../../canonical/ports/settlement';
import { CLASS_TREATMENTS } from '../../canonical/rules/settlement/classes';

const MAX_LINES = 1_000;
const MAX_CLASSES = 50;
const MAX_WORD_CHARS = 300;

/** Those that are posted by themselves, or matched to money of ours. */
const GIVEN = SETTLEMENT_CLASSES.filter((one) =>
  ['posted', 'matched'].includes(CLASS_TREATMENTS[one].kind),
);
const word = z.string().max(MAX_WORD_CHARS).optional();

export const ManualClasses = z
  .array(
    z
      .strictObject({
        class: z.enum(GIVEN).meta({ description: 'What the lines are' }),
        lineNos: z
          .array(z.int().min(1))
          .min(1)
          .max(MAX_LINES)
          .optional()
          .meta({ description: 'The lines that are meant, by number' }),
        words: z
          .strictObject({
            transaction: word.meta({ description: "The vendor's word, as the next two" }),
            type: word.meta({ description: 'As it is written' }),
            description: word.meta({ description: 'As it is written' }),
          })
          .optional()
          .meta({ description: 'Or: all lines that carry these words' }),
      })
      .refine(
        ({ lineNos, words }) =>
          (lineNos === undefined) !== Object.values(words ?? {}).every((one) => one === undefined),
        'either lineNos or words',
      ),
  )
  .min(1)
  .max(MAX_CLASSES);
