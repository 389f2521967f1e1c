/** The warehouse's facts, as CloudEvents 1.0 in structured JSON. */
import type { Message } from '../outbound';
import type { FulfilmentRequest } from './records';

/**
 * @param account how the platform calls this warehouse.
 * @param id unique and stable: a copy of an event has the same.
 * @param occurredAt RFC 3339, UTC: when it happened, not when it is told.
 */
export function wmsEvent(
  account: string,
  request: FulfilmentRequest,
  type: string,
  id: string,
  occurredAt: string,
  facts: Record<string, unknown>,
): Message {
  const { record, details } = request;
  const orderId = record.orderId ?? '';
  const { channelInstance, orderNo } = details;
  const event = {
    specversion: '1.0',
    id,
    source: `/wms/${account}`,
    type,
    subject: orderId,
    time: occurredAt,
    datacontenttype: 'application/json',
    data: { orderId, channelInstance, orderNo, requestId: record.id, ...facts },
  };
  const correlation: Record<string, string> = details.correlationId
    ? { 'x-correlation-id': details.correlationId }
    : {};
  return {
    system: 'wms',
    topic: type,
    path: '/v1/events',
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', ...correlation },
    body: JSON.stringify(event),
    eventId: id,
    reference: record.id,
    orderId,
  };
}
