/** What a vendor owes for goods that went back to it, as purchasing reads it. */
import { z } from 'zod';
import { BusinessDate } from './ids';
import { Amount } from './money';

export const SupplierClaim = z
  .strictObject({
    reference: z.string().meta({ description: 'Of the claim: the journal by rule 13c names it' }),
    rma: z.string().meta({ description: 'The return that they came with' }),
    entity: z.string().meta({ description: 'Whose receivable it is' }),
    sku: z.string().meta({ description: 'What goes back' }),
    location: z.string().meta({ description: 'From where they go back' }),
    quantity: z.int().meta({ description: 'Units' }),
    cost: Amount.meta({ description: 'What they cost when they were sold: the receivable' }),
    reason: z.string().meta({ description: "The buyer's" }),
    condition: z.string().meta({ description: 'As they were found' }),
    claimedOn: BusinessDate.meta({ description: 'When they were accepted' }),
  })
  .meta({ id: 'SupplierClaim' });
export type SupplierClaim = z.infer<typeof SupplierClaim>;
