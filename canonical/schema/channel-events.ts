/** What a sales channel says of an order besides its content. */
import { z } from 'zod';
import { ChannelInstance, Instant } from './ids';
import { MAX_ORDER_LINES } from './order';

/** Of a shipment. */
export const ToldBy = z
  .literal('channel')
  .optional()
  .meta({ description: 'The channel itself, which needs no telling; left out: a warehouse' });

const ChannelRef = z.string().min(1).max(200);

/**
 * It does not say what changed of a collection: the channel is asked how far the order has come there.
 */
export const FulfilmentChanged = z
  .strictObject({
    channelInstance: ChannelInstance,
    channelOrderRef: ChannelRef.optional().meta({
      description: 'The channel’s own id of the order',
    }),
    channelFulfilmentRef: ChannelRef.optional().meta({
      description: 'The channel’s own id of what was made ready to be collected',
    }),
    left: z
      .strictObject({
        ref: ChannelRef.max(120).meta({ description: 'The channel’s own id: once is once' }),
        at: Instant.meta({ description: 'When it left' }),
        isUndone: z.boolean().meta({ description: 'It was taken back there: nothing has left' }),
        place: ChannelRef.optional().meta({
          description: 'From where, as the channel calls it; a mapping of kind `store`',
        }),
        trackingNumber: z.string().max(120).optional().meta({ description: 'The carrier’s' }),
        lines: z
          .array(
            z.strictObject({
              channelLineRef: ChannelRef.meta({ description: 'The channel’s own id of the line' }),
              quantity: z.int().min(1).meta({ description: 'Units' }),
            }),
          )
          .min(1)
          .max(MAX_ORDER_LINES)
          .meta({ description: 'What left' }),
      })
      .optional()
      .meta({ description: 'What left, where the channel says so; its order is named too' }),
  })
  .refine(
    ({ channelOrderRef, channelFulfilmentRef }) =>
      channelOrderRef !== undefined || channelFulfilmentRef !== undefined,
    'channelOrderRef or channelFulfilmentRef',
  );
export type FulfilmentChanged = z.infer<typeof FulfilmentChanged>;
