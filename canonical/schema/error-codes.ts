/**
 * One table of what can go wrong: the code that programs rely on, the HTTP status where the API
 * answers with it, whether the same call may succeed later, who owns it, a title for people.
 * `docs/errors.md` and the API's problem documents are generated from it.
 */
export const OWNERS = {
  masterData: 'master-data',
  inventory: 'inventory',
  payments: 'payments',
  fulfilment: 'fulfilment-operations',
  financeSystems: 'finance-systems',
  finance: 'finance',
  integration: 'integration',
  caller: 'caller',
} as const;
export type Owner = (typeof OWNERS)[keyof typeof OWNERS];

interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly owner: Owner;
  readonly title: string;
}

const rows = {
  // What a caller of the API can get wrong, or must wait for.
  invalid_json: [400, false, OWNERS.caller, 'The body is not valid JSON'],
  invalid_request: [422, false, OWNERS.caller, 'The request does not fit its schema'],
  invalid_value: [400, false, OWNERS.caller, 'A value of the request cannot be read'],
  unauthenticated: [401, false, OWNERS.caller, 'A valid key is needed'],
  forbidden: [403, false, OWNERS.caller, 'This key may not do that'],
  not_found: [404, false, OWNERS.caller, 'There is nothing here by that name'],
  method_not_allowed: [405, false, OWNERS.caller, 'That method is not offered here'],
  unsupported_media_type: [415, false, OWNERS.caller, 'That content type is not understood here'],
  payload_too_large: [413, false, OWNERS.caller, 'The body is over its limit'],
  rate_limited: [429, true, OWNERS.caller, 'Too many requests'],
  idempotency_key_missing: [400, false, OWNERS.caller, 'An Idempotency-Key header is needed'],
  idempotency_key_reused: [422, false, OWNERS.caller, 'That key was used with another body'],
  idempotency_in_progress: [409, true, OWNERS.caller, 'The first call with that key still runs'],
  invalid_signature: [401, false, OWNERS.caller, 'The webhook is not signed as it must be'],
  unknown_connector: [404, false, OWNERS.caller, 'No such connector or account'],
  totals_mismatch: [422, false, OWNERS.caller, 'The order does not add up'],
  currency_mismatch: [422, false, OWNERS.caller, 'Money in more than one currency'],
  unknown_channel: [422, false, OWNERS.caller, 'That channel instance is not set up'],
  unsupported_tender: [422, false, OWNERS.caller, 'The tenders do not fit the channel'],
  order_exists: [409, false, OWNERS.caller, 'That order is here with other content'],
  insufficient_stock: [409, false, OWNERS.inventory, 'Not enough stock for every line'],
  order_closed: [409, false, OWNERS.caller, 'The order has ended'],
  not_cancellable: [409, false, OWNERS.caller, 'Nothing of that can be cancelled any more'],
  decision_refused: [409, false, OWNERS.caller, 'That cannot be done in this state'],
  exception_resolved: [409, false, OWNERS.caller, 'That exception is resolved already'],
  resolution_not_allowed: [409, false, OWNERS.caller, 'That exception is not resolved that way'],
  unknown_item: [422, false, OWNERS.masterData, 'That item is not in the item master'],
  unknown_location: [422, false, OWNERS.masterData, 'That location is not in the master'],
  unavailable: [503, true, OWNERS.integration, 'A part that this needs does not answer'],
  internal: [500, true, OWNERS.integration, 'Something failed that should not'],
  // What a flow waits for; each is an exception with an owner and a runbook.
  'mapping.sku': [409, true, OWNERS.masterData, 'A channel SKU is not mapped to an item'],
  'mapping.tax-code': [409, true, OWNERS.masterData, 'A channel tax is not mapped to a tax code'],
  'mapping.tender': [409, true, OWNERS.masterData, 'A gateway is not mapped to a tender type'],
  'mapping.account': [409, true, OWNERS.masterData, 'A ledger account is not mapped to the ERP'],
  'order.totals-mismatch': [409, true, OWNERS.integration, 'A sold order does not add up'],
  'order.refused-by-rule': [409, true, OWNERS.integration, 'A sold order breaks a rule of ours'],
  'inventory.insufficient': [409, true, OWNERS.inventory, 'A sold order cannot be reserved'],
  'inventory.shortfall': [409, true, OWNERS.inventory, 'Less on hand than is promised'],
  'payment.declined': [409, true, OWNERS.payments, 'The authorization was declined'],
  'payment.unconfirmed': [409, true, OWNERS.payments, 'Money said to be there is not found'],
  'payment.capture-failed': [409, true, OWNERS.payments, 'Shipped goods could not be charged'],
  'payment.void-failed': [409, true, OWNERS.payments, 'An authorization could not be voided'],
  'payment.unavailable': [503, true, OWNERS.payments, 'The payment side does not answer'],
  'refund.failed': [409, true, OWNERS.payments, 'A refund was refused'],
  'fulfilment.rejected': [409, true, OWNERS.fulfilment, 'The warehouse rejected the request'],
  'fulfilment.unavailable': [503, true, OWNERS.fulfilment, 'The warehouse does not answer'],
  'fulfilment.overdue': [409, true, OWNERS.fulfilment, 'Released goods have not shipped in time'],
  'fulfilment.shipped-after-cancel': [
    409,
    false,
    OWNERS.fulfilment,
    'Cancelled goods were shipped',
  ],
  'erp.refused': [409, true, OWNERS.financeSystems, 'The ERP refused a document'],
  'erp.unavailable': [503, true, OWNERS.financeSystems, 'The ERP does not answer'],
  'publishing.refused': [409, true, OWNERS.integration, 'Another system refused our message'],
  'publishing.unavailable': [503, true, OWNERS.integration, 'Another system does not answer'],
  'event.unmappable': [422, true, OWNERS.integration, 'An event cannot be read as ours'],
  'event.no-order': [409, true, OWNERS.integration, 'The order of an event never arrived'],
  'event.no-flow': [409, true, OWNERS.integration, 'What an event is about never arrived'],
  'platform.stalled': [409, true, OWNERS.integration, 'Something has not moved in its time'],
  'event.no-rule': [409, true, OWNERS.integration, 'No rule says what to do with an event'],
} as const satisfies Record<string, readonly [number, boolean, Owner, string]>;

export type ErrorCode = keyof typeof rows;

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorRow>> = Object.freeze(
  Object.fromEntries(
    Object.entries(rows).map(([code, [status, retryable, owner, title]]) => [
      code,
      { status, retryable, owner, title },
    ]),
  ) as Record<ErrorCode, ErrorRow>,
);

/** The codes that open exceptions have a family before a dot. */
export type ExceptionCode = Extract<ErrorCode, `${string}.${string}`>;
