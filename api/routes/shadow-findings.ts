/** `GET /v1/shadow-findings`: what would have been done with what channels in shadow said. */
import { z } from 'zod';
import { ALL } from '../../canonical/schema/api-key';
import { ChannelInstance, OrderNo } from '../../canonical/schema/ids';
import { ShadowFindingView, ShadowOutcome } from '../../canonical/schema/shadow';
import { listFindings } from '../../store/shadow/findings';
import type { Caller } from '../http/authenticate';
import { PageQuery, pageOf, readPage } from '../http/cursor';
import { route } from '../http/route';
import { MAY } from '../roles';

/** Of those that the caller speaks for, the one that it asks about; null: of every channel. */
function channelsSeen({ channels }: Caller, asked: string | undefined): readonly string[] | null {
  const all = channels.includes(ALL);
  if (asked === undefined) return all ? null : channels;
  return all || channels.includes(asked) ? [asked] : [];
}

export const listShadowFindingsRoute = route(
  {
    method: 'get',
    path: '/v1/shadow-findings',
    tag: 'Orders',
    summary: 'List what was found of channels in shadow',
    description:
      'The newest first. An order says whether it would have been accepted and from where, would ' +
      'have waited and on which exceptions, or would have been refused and why.',
    roles: MAY.readOrders,
    query: z.strictObject({
      channelInstance: ChannelInstance.optional(),
      orderNo: OrderNo.optional(),
      outcome: ShadowOutcome.optional(),
      ...PageQuery,
    }),
    responses: { 200: { description: 'A page of findings', schema: pageOf(ShadowFindingView) } },
  },
  ({ query, caller }, { db }) => {
    const { channelInstance, orderNo = null, outcome = null } = query;
    const channels = channelsSeen(caller, channelInstance);
    return readPage(query, ['eventNo'], (before, limit) =>
      listFindings(db, {
        channels,
        orderNo,
        outcome,
        beforeEventNo: before?.eventNo ?? null,
        limit,
      }),
    );
  },
);
