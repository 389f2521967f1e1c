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
  no_pickup_there: [422, false, OWNERS.masterData, 'Nothing can be collected at that location'],
  insufficient_stock: [409, false, OWNERS.inventory, 'Not enough stock for every line'],
  order_closed: [409, false, OWNERS.caller, 'The order has ended'],
  not_cancellable: [409, false, OWNERS.caller, 'Nothing of that can be cancelled any more'],
  decision_refused: [409, false, OWNERS.caller, 'That cannot be done in this state'],
  settlement_exists: [409, false, OWNERS.caller, 'That settlement is here with other bytes'],
  statement_refused: [422, false, OWNERS.caller, 'A statement cannot be read, or does not add up'],
  unknown_source: [404, false, OWNERS.caller, 'No such source of settlements is set up'],
  return_refused: [409, false, OWNERS.caller, 'That cannot come back, and why'],
  period_state: [409, false, OWNERS.caller, 'That cannot be done with the period as it is'],
  close_not_ready: [409, false, OWNERS.caller, 'Checks of the close fail, and which'],
  period_closed: [409, false, OWNERS.caller, 'The books of that month are closed'],
  nothing_set_aside: [409, false, OWNERS.caller, 'No sale of that month set anything aside'],
  return_state: [409, false, OWNERS.caller, 'That cannot be done with the return as it is'],
  pickup_state: [409, false, OWNERS.caller, 'That step is not possible for the pickup now'],
  pickup_units: [409, false, OWNERS.caller, 'The pickup does not have those units there'],
  pickup_code: [404, false, OWNERS.caller, 'No pickup that is open here has that code'],
  pickup_collector: [409, false, OWNERS.caller, 'The buyer named somebody else to collect'],
  pickup_extension: [422, false, OWNERS.caller, 'The pickup cannot be held until then'],
  exception_resolved: [409, false, OWNERS.caller, 'That exception is resolved already'],
  resolution_not_allowed: [409, false, OWNERS.caller, 'That exception is not resolved that way'],
  approval_pending: [409, false, OWNERS.caller, 'Another resolution of it waits for approval'],
  unknown_item: [422, false, OWNERS.masterData, 'That item is not in the item master'],
  unknown_location: [422, false, OWNERS.masterData, 'That location is not in the master'],
  unavailable: [503, true, OWNERS.integration, 'A part that this needs does not answer'],
  internal: [500, true, OWNERS.integration, 'Something failed that should not'],
  // What a flow waits for; each is an exception with an owner and a runbook.
  'mapping.sku': [409, true, OWNERS.masterData, 'A channel SKU is not mapped to an item'],
  'mapping.currency': [409, true, OWNERS.masterData, 'An item has no cost in the currency sold'],
  'mapping.tax-code': [409, true, OWNERS.masterData, 'A channel tax is not mapped to a tax code'],
  'mapping.tender': [409, true, OWNERS.masterData, 'A gateway is not mapped to a tender type'],
  'mapping.store': [409, true, OWNERS.masterData, 'Nothing can be collected where an order says'],
  'mapping.account': [409, true, OWNERS.masterData, 'A ledger account is not mapped to the ERP'],
  'order.totals-mismatch': [409, true, OWNERS.integration, 'A sold order does not add up'],
  'order.refused-by-rule': [409, true, OWNERS.integration, 'A sold order breaks a rule of ours'],
  'order.changed-at-channel': [409, true, OWNERS.fulfilment, 'A channel changed what was taken'],
  'inventory.insufficient': [409, true, OWNERS.inventory, 'A sold order cannot be reserved'],
  'inventory.shortfall': [409, true, OWNERS.inventory, 'Less on hand than is promised'],
  'payment.declined': [409, true, OWNERS.payments, 'The authorization was declined'],
  'payment.needs-buyer': [409, true, OWNERS.payments, 'The buyer has to act before money is held'],
  'payment.unconfirmed': [409, true, OWNERS.payments, 'Money said to be there is not found'],
  'payment.capture-failed': [409, true, OWNERS.payments, 'Shipped goods could not be charged'],
  'payment.duplicate-capture': [
    409,
    true,
    OWNERS.payments,
    'A channel took money nobody asked for',
  ],
  'payment.void-failed': [409, true, OWNERS.payments, 'An authorization could not be voided'],
  'payment.unavailable': [503, true, OWNERS.payments, 'The payment side does not answer'],
  'refund.to-approve': [409, true, OWNERS.payments, 'A refund needs somebody to say yes'],
  'refund.outside': [409, true, OWNERS.payments, 'Somebody refunded where the money is'],
  'refund.not-captured': [409, true, OWNERS.payments, 'More is owed back than was captured'],
  'refund.failed': [409, true, OWNERS.payments, 'A refund was refused'],
  'return.not-invoiced': [409, true, OWNERS.finance, 'Goods came back before their invoice'],
  'return.exchange-refused': [
    409,
    true,
    OWNERS.payments,
    'What goes out for a return is not ordered',
  ],
  'return.not-received': [409, true, OWNERS.payments, 'Goods paid back in advance never came'],
  'return.to-send-back': [409, true, OWNERS.fulfilment, 'Goods that are not taken back are here'],
  'return.to-review': [409, true, OWNERS.payments, 'A buyer brings back more than most'],
  'return.to-approve': [409, true, OWNERS.payments, 'A return outside the policy is asked for'],
  'fulfilment.rejected': [409, true, OWNERS.fulfilment, 'The warehouse rejected the request'],
  'fulfilment.unavailable': [503, true, OWNERS.fulfilment, 'The warehouse does not answer'],
  'fulfilment.overdue': [409, true, OWNERS.fulfilment, 'Released goods have not shipped in time'],
  'fulfilment.shipped-after-cancel': [
    409,
    false,
    OWNERS.fulfilment,
    'Cancelled goods were shipped',
  ],
  'fulfilment.wrong-item': [409, true, OWNERS.fulfilment, 'Another item left than was ordered'],
  'fulfilment.same-parcel': [409, true, OWNERS.fulfilment, 'A parcel was told under two ids'],
  'fulfilment.over-shipped': [409, false, OWNERS.fulfilment, 'More left than was asked for'],
  'fulfilment.short-shipped': [409, false, OWNERS.fulfilment, 'Less left than was first said'],
  'fulfilment.tracking-changed': [409, false, OWNERS.fulfilment, 'A parcel travels otherwise'],
  'fulfilment.misdated': [409, false, OWNERS.fulfilment, 'A shipment is dated before its order'],
  'fulfilment.duplicate': [409, true, OWNERS.fulfilment, 'A channel has a shipment twice'],
  'pickup.not-picked': [409, true, OWNERS.fulfilment, 'A store has not picked in its time'],
  'pickup.rejected': [409, true, OWNERS.fulfilment, 'A store cannot give what was sold there'],
  'pickup.tax-unavailable': [503, true, OWNERS.fulfilment, 'What is taxed elsewhere is not known'],
  'pickup.refused-by-rule': [409, true, OWNERS.fulfilment, 'A step of a store cannot be recorded'],
  'settlement.unreadable': [409, true, OWNERS.finance, 'A settlement report cannot be read'],
  'settlement.untied': [409, true, OWNERS.finance, 'Lines do not come to the declared net'],
  'settlement.unmatched': [409, true, OWNERS.finance, 'Settled money that is not known here'],
  'settlement.unknown': [409, true, OWNERS.finance, 'Settlement lines that no rule names'],
  'settlement.paid-short': [409, true, OWNERS.finance, 'Less was paid out than was taken'],
  'settlement.silent': [409, true, OWNERS.finance, 'A source of settlements sends none'],
  'settlement.not-fetched': [409, true, OWNERS.finance, 'Reports cannot be had where they are'],
  'settlement.file-refused': [409, true, OWNERS.finance, 'A file from a folder cannot be taken'],
  'settlement.payout-failed': [409, true, OWNERS.finance, 'A payout came back'],
  'settlement.not-at-bank': [409, true, OWNERS.finance, 'A payout is not at the bank in time'],
  'close.changed': [409, true, OWNERS.finance, 'A signed close is not what was signed any more'],
  'close.overdue': [409, true, OWNERS.finance, 'A month is not closed in its time'],
  'reconciliation.difference': [409, true, OWNERS.finance, 'Our books and those of others differ'],
  'reconciliation.unreadable': [503, true, OWNERS.finance, 'Books cannot be compared'],
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
