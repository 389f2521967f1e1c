/** Why no warehouse or store of ours is asked for units that were sold. */

/**
 * - `left-before`: they had left before their order came, and who sent them says from where.
 * - `other-service`: somebody whom the channel asks itself sends them, out of stock of their own.
 * - `digital`: nothing is sent; the buyer has access once it is paid for.
 * - `gift-card`: as `digital`, and what is sold is a debt of ours.
 */
export const NOT_SENT = ['left-before', 'other-service', 'digital', 'gift-card'] as const;
export type NotSent = (typeof NOT_SENT)[number];
