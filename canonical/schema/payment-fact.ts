/** What a processor, or a channel in its stead, says of money. */
import { z } from 'zod';
import { OrderId } from './ids';
import { Money } from './money';

/** A processor's word about money it moved; it confirms an effect of ours by its reference. */
export const PaymentFact = z.strictObject({
  reference: z.string().min(1).max(200).meta({ description: 'The processor’s id of it' }),
  effectKey: z
    .string()
    .max(300)
    .optional()
    .meta({ description: 'The key that was sent along, where the processor gave it back' }),
  orderId: OrderId.optional(),
  paymentRef: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Of a refund: the payment that it gives back, as its capture is called' }),
  channelOrderRef: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "The order that it is of, as its channel's id" }),
  channelReturnRef: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "Of a refund: the return that it is of, as its channel's id" }),
  amount: Money.meta({ description: 'What was moved' }),
});
export type PaymentFact = z.infer<typeof PaymentFact>;
