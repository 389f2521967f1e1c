/**
 * Webhooks of returns in our words. Pure. A body has to say what its topic says, for the topic is not
 * signed. A return that we told the shop of is known by our mark in the note of its lines.
 */
import { readRma } from '../../canonical/rules/return/mark';
import type { ReturnReason } from '../../canonical/schema/return';
import {
  ReturnDisposed,
  ReturnStatusChanged,
  type CHANNEL_RETURN_STATUSES,
} from '../../canonical/schema/return-events';
import {
  fieldProblems,
  unreadable,
  type InboundContext,
  type InboundResult,
} from '../inbound-contract';
import {
  WebhookDisposal,
  WebhookReturn,
  WebhookReturnEnd,
  type WebhookReturn as ReturnBody,
} from './return-schema';

type Status = (typeof CHANNEL_RETURN_STATUSES)[number];

/** What a return is by its topic, and what its body has to say. */
const OF_TOPIC: Readonly<Record<string, { readonly status: Status; readonly said: string }>> = {
  'returns/request': { status: 'requested', said: 'requested' },
  'returns/approve': { status: 'approved', said: 'open' },
  'returns/decline': { status: 'declined', said: 'declined' },
  'returns/close': { status: 'closed', said: 'closed' },
  'returns/cancel': { status: 'cancelled', said: 'canceled' },
};

/** Shopify's reasons that say what was wrong with the goods; all others are the buyer's own. */
const REASONS: Readonly<Record<string, ReturnReason>> = {
  defective: 'defective',
  not_as_described: 'not-as-described',
  wrong_item: 'wrong-item',
};

/** Null where the topic is about no return, or changes nothing here. */
export function mapReturn(
  topic: string,
  body: unknown,
  context: InboundContext,
): InboundResult | null {
  if (topic === 'reverse_fulfillment_orders/dispose') return mapDisposal(body, context);
  const of = OF_TOPIC[topic];
  if (!of) return null;
  const isWhole = of.status === 'requested' || of.status === 'approved';
  return isWhole ? mapWhole(of, body, context) : mapEnd(of, body, context);
}

interface Expected {
  readonly status: Status;
  readonly said: string;
}

const saysOtherwise = (status: string): InboundResult =>
  unreadable([{ pointer: '/status', detail: `${status}, whatever the topic says` }]);

function mapWhole(
  { status, said }: Expected,
  body: unknown,
  { account }: InboundContext,
): InboundResult {
  const parsed = WebhookReturn.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const ret = parsed.data;
  if (ret.status.toLowerCase() !== said) return saysOtherwise(ret.status);
  const problems = ret.return_line_items.flatMap((line, index) =>
    line.fulfillment_line_item
      ? []
      : [
          {
            pointer: `/return_line_items/${index}/fulfillment_line_item`,
            detail: 'a line that was never fulfilled: which one it is, nobody says',
          },
        ],
  );
  if (problems.length > 0) return unreadable(problems);
  const rma = ret.return_line_items
    .map((line) => readRma(line.return_reason_note ?? ''))
    .find((one) => one !== null);
  return changed({
    channelInstance: account,
    channelReturnRef: ret.admin_graphql_api_id,
    channelOrderRef: ret.order.id,
    status,
    ...(rma && { rma }),
    reason: reasonOf(ret),
    lines: linesOf(ret),
  });
}

/** One return has one reason here: theirs where they agree, else the buyer's own. */
function reasonOf({ return_line_items: lines }: ReturnBody): ReturnReason {
  const reasons = new Set(
    lines.map((one) => REASONS[one.return_reason?.toLowerCase() ?? ''] ?? 'changed-mind'),
  );
  const [only = 'changed-mind', ...others] = reasons;
  return others.length > 0 ? 'changed-mind' : only;
}

function linesOf({ return_line_items: lines }: ReturnBody) {
  const units = new Map<string, number>();
  for (const { quantity, fulfillment_line_item: sent } of lines) {
    const ref = sent?.line_item.id ?? '';
    units.set(ref, (units.get(ref) ?? 0) + quantity);
  }
  return [...units].map(([channelLineRef, quantity]) => ({ channelLineRef, quantity }));
}

function mapEnd(
  { status, said }: Expected,
  body: unknown,
  { account }: InboundContext,
): InboundResult {
  const parsed = WebhookReturnEnd.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const { status: given, admin_graphql_api_id: channelReturnRef } = parsed.data;
  // `close` in old payloads, `closed` in new ones.
  if (!said.startsWith(given.toLowerCase())) return saysOtherwise(given);
  return changed({ channelInstance: account, channelReturnRef, status });
}

function changed(data: object): InboundResult {
  const fact = ReturnStatusChanged.safeParse(data);
  if (!fact.success) return unreadable(fieldProblems(fact.error));
  return { outcome: 'mapped', events: [{ type: 'return.status-changed.v1', data: fact.data }] };
}

function mapDisposal(body: unknown, { account }: InboundContext): InboundResult {
  const parsed = WebhookDisposal.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const { admin_graphql_api_id: reverseOrderRef } = parsed.data;
  const fact = ReturnDisposed.safeParse({ channelInstance: account, reverseOrderRef });
  if (!fact.success) return unreadable(fieldProblems(fact.error));
  return { outcome: 'mapped', events: [{ type: 'return.disposed.v1', data: fact.data }] };
}
