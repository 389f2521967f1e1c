-- Up Migration
-- The first whole path: events in, orders and stock, effects, the ledger, work that waits, ways out.

-- Master data ---------------------------------------------------------------------------------
create table item (
  sku text primary key,
  description text,
  standard_cost_minor bigint not null check (standard_cost_minor >= 0),
  currency text not null,
  updated_at timestamptz not null default now()
);

create table location (
  location_id text primary key,
  name text not null,
  kind text not null check (kind in ('dc', 'store')),
  time_zone text not null,
  entity text not null,
  ships boolean not null,
  active boolean not null,
  priority integer not null,
  updated_at timestamptz not null default now()
);

create table mapping (
  kind text not null,
  source text not null,
  value text not null,
  target text not null,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  primary key (kind, source, value)
);

create table api_key (
  key_hash text primary key,
  role text not null,
  store_id text,
  label text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- Events that came in, as they came, each once --------------------------------------------------
create table inbox (
  event_no bigint generated always as identity primary key,
  source text not null,
  event_id text not null,
  connector text,             -- null: an event in our own vocabulary
  account text,
  topic text not null,        -- the vendor's, or the canonical type
  raw bytea not null,
  headers jsonb not null default '{}',
  type text,                  -- canonical; null until a vendor's event is mapped
  body jsonb,                 -- canonical data; null until mapped
  state text not null default 'received' check (state in
    ('received', 'waiting', 'routed', 'applied', 'superseded', 'ignored', 'dead')),
  order_id text,
  note text,                  -- why it waits, was superseded, ignored or is dead
  correlation_id text not null,
  occurred_at timestamptz,
  received_at timestamptz not null default now(),
  signalled_at timestamptz,
  applied_at timestamptz,
  duplicates integer not null default 0,
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  unique (source, event_id)
);
create index inbox_to_route on inbox (next_at, event_no) where state in ('received', 'waiting');
create index inbox_to_apply on inbox (order_id, event_no) where state = 'routed';
create index inbox_by_order on inbox (order_id) where order_id is not null;
create index inbox_by_delivery on inbox ((headers ->> 'delivery-id'))
  where headers ->> 'delivery-id' is not null;
create index inbox_by_correlation on inbox (correlation_id);

-- Orders ----------------------------------------------------------------------------------------
create table sales_order (
  order_id text primary key,
  channel_instance text not null,
  order_no text not null,
  workflow_id text not null,
  content jsonb not null,
  content_hash text not null,
  channel_order_ref text,
  currency text not null,
  money_mode text not null,
  total_minor bigint not null,
  location_id text,
  stage text not null check (stage in ('received', 'accepted', 'rejected', 'closed')),
  status text not null,
  hold_reason text,
  reject_reason text,
  correlation_id text not null,
  source_event_no bigint,
  placed_at timestamptz not null,
  received_at timestamptz not null default now(),
  accepted_at timestamptz,
  released_at timestamptz,
  closed_at timestamptz,
  business_date date,
  unique (channel_instance, order_no)
);
create index sales_order_by_correlation on sales_order (correlation_id);
create index sales_order_by_channel_order on sales_order (channel_order_ref)
  where channel_order_ref is not null;

create table order_line (
  order_id text not null,
  line_no integer not null,
  channel_line_ref text,
  channel_sku text not null,
  sku text,
  location_id text,
  group_no integer,
  unit_price_minor bigint not null,
  gross_minor bigint not null,
  discount_minor bigint not null,
  shipping_minor bigint not null,
  taxes jsonb not null,       -- [{taxCode, amountMinor}]
  tax_minor bigint not null,
  ordered integer not null check (ordered > 0),
  unallocated integer not null default 0 check (unallocated >= 0),
  backordered integer not null default 0 check (backordered >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  released integer not null default 0 check (released >= 0),
  shipped integer not null default 0 check (shipped >= 0),
  picked_up integer not null default 0 check (picked_up >= 0),
  cancelled integer not null default 0 check (cancelled >= 0),
  returned integer not null default 0 check (returned >= 0),
  primary key (order_id, line_no),
  check (ordered = unallocated + backordered + reserved + released + shipped + picked_up + cancelled),
  check (returned <= shipped + picked_up)
);

-- Every unit that moved, in order: quantities above are a projection of these.
create table order_fact (
  order_id text not null,
  fact_no integer not null,
  kind text not null,
  body jsonb not null,
  event_no bigint,
  occurred_at timestamptz not null,
  posted_at timestamptz not null default now(),
  primary key (order_id, fact_no)
);

create table tender (
  order_id text not null,
  tender_no integer not null,
  gateway text not null,
  tender_type text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  captured_minor bigint not null default 0,
  prepaid_used_minor bigint not null default 0, -- of money captured before fulfilment
  prepaid_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  payment_method_ref text,
  primary key (order_id, tender_no),
  check (captured_minor between 0 and amount_minor),
  check (refunded_minor between 0 and captured_minor)
);

create table payment_authorization (
  order_id text not null,
  tender_no integer not null,
  authorization_no integer not null,
  void_try integer not null default 1,
  state text not null check (state in
    ('planned', 'live', 'voided', 'expired', 'declined', 'consumed')),
  reference text,
  amount_minor bigint not null check (amount_minor >= 0),
  captured_minor bigint not null default 0 check (captured_minor between 0 and amount_minor),
  is_multicapture boolean not null default false,
  is_taken_over boolean not null default false,
  authorized_at timestamptz,
  expires_at timestamptz,
  primary key (order_id, tender_no, authorization_no)
);

create index payment_authorization_by_reference on payment_authorization (reference)
  where reference is not null;

create table fulfilment_group (
  order_id text not null,
  group_no integer not null,
  location_id text not null,
  try integer not null default 1,
  state text not null check (state in ('planned', 'released', 'rejected')),
  request_key text not null,
  released_at timestamptz,
  primary key (order_id, group_no)
);

-- A shipment and its invoice: one number, one moment.
create table shipment (
  order_id text not null,
  shipment_no integer not null,
  shipment_ref text not null,  -- the warehouse's
  invoice_no text not null unique,
  location_id text not null,
  carrier text,
  tracking_number text,
  shipped_at timestamptz not null,
  business_date date not null,
  invoice_minor bigint not null,
  prepaid_minor bigint not null,
  lines jsonb not null,
  event_no bigint not null,
  primary key (order_id, shipment_no),
  unique (order_id, shipment_ref)
);

create index shipment_by_ref on shipment (shipment_ref);
create index shipment_by_tracking_number on shipment (tracking_number)
  where tracking_number is not null;

-- Money that a shipment is owed by a tender; the try rises only after a definite failure.
create table capture (
  order_id text not null,
  tender_no integer not null,
  shipment_no integer not null,
  amount_minor bigint not null check (amount_minor > 0),
  authorization_no integer,
  is_final boolean not null,
  try integer not null default 1,
  state text not null check (state in ('due', 'captured', 'failed', 'given-up')),
  reference text,
  captured_at timestamptz,
  primary key (order_id, tender_no, shipment_no)
);

create table refund (
  order_id text not null,
  tender_no integer not null,
  refund_no integer not null,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null,
  try integer not null default 1,
  state text not null check (state in ('due', 'refunded', 'failed', 'given-up')),
  reference text,
  refunded_at timestamptz,
  primary key (order_id, tender_no, refund_no)
);

-- Stock -------------------------------------------------------------------------------------------
create table stock (
  sku text not null,
  location_id text not null,
  on_hand integer not null default 0,
  reserved integer not null default 0 check (reserved >= 0),
  unsellable integer not null default 0 check (unsellable >= 0),
  safety integer not null default 0 check (safety >= 0),
  held_for_others integer not null default 0 check (held_for_others >= 0),
  inbound integer not null default 0 check (inbound >= 0),
  backordered integer not null default 0 check (backordered >= 0),
  confirmed_at timestamptz not null default now(),
  primary key (sku, location_id)
) with (fillfactor = 70);     -- a hot row is updated in place: no new index entry

create table inventory_event (
  inventory_event_no bigint generated always as identity primary key,
  kind text not null check (kind in
    ('receipt', 'adjustment', 'reservation', 'release', 'shipment')),
  sku text not null,
  location_id text not null,
  on_hand_delta integer not null,
  reserved_delta integer not null,
  unit_cost_minor bigint,
  order_id text,
  line_no integer,
  event_no bigint,
  reason text,
  occurred_at timestamptz not null,
  posted_at timestamptz not null default now(),
  business_date date not null
);
create index inventory_event_by_sku on inventory_event (sku, location_id);

-- Effects on other systems ------------------------------------------------------------------------
create table effect (
  effect_key text primary key,
  system text not null,        -- the account: stripe-us, shopify-us, wms-main, netsuite-us …
  verb text not null,
  order_id text,
  batch_id text,
  amount_minor bigint,
  currency text,
  body jsonb not null,         -- frozen: a retry sends exactly this
  body_hash text not null,
  state text not null default 'called' check (state in ('called', 'done', 'refused')),
  calls integer not null default 1,
  reference text,
  answer jsonb,
  first_called_at timestamptz not null default now(),
  answered_at timestamptz,
  confirmed_at timestamptz,    -- the other system's own word (webhook, acknowledgement)
  confirmed_by bigint
);
create index effect_by_order on effect (order_id);
create index effect_by_reference on effect (reference) where reference is not null;

-- The way out: what is told to channel, customer, ERP and tax service, in batches.
create table outbox (
  outbox_no bigint generated always as identity primary key,
  destination text not null,   -- task queue of the account: commerce.shopify-us, erp.netsuite-us …
  verb text not null,
  effect_key text not null unique,
  order_id text,
  body jsonb not null,
  correlation_id text not null,
  state text not null default 'pending' check (state in ('pending', 'sent', 'parked', 'abandoned')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  sent_at timestamptz
);
create index outbox_pending on outbox (destination, next_at, outbox_no) where state = 'pending';
create index outbox_by_order on outbox (order_id);

-- The way into a flow: starts and signals, numbered per flow by their id.
create table dispatch (
  dispatch_no bigint generated always as identity primary key,
  workflow_id text not null,
  kind text not null check (kind in ('start', 'signal')),
  name text not null,          -- workflow type or signal name
  order_id text,
  event_no bigint,
  body jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'undeliverable')),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  delivered_at timestamptz,
  note text
);
create index dispatch_pending on dispatch (dispatch_no) where state = 'pending';
create index dispatch_pending_by_flow on dispatch (workflow_id, dispatch_no) where state = 'pending';
create index dispatch_by_order on dispatch (order_id);

create table lease (
  name text primary key,
  holder text not null,
  expires_at timestamptz not null
);

-- The ledger: append only, balanced, in the database itself ------------------------------------------
create table journal (
  journal_id text primary key,
  moment_key text not null unique,  -- one journal a moment
  entity text not null,
  channel_instance text,
  business_date date not null,
  rule text not null,
  rule_version integer not null,
  currency text not null,
  order_id text,
  event_no bigint,
  source text not null,             -- the event or decision that made it
  correlation_id text not null,
  reverses text references journal (journal_id),
  occurred_at timestamptz not null,
  posted_at timestamptz not null default now(),
  created_txid bigint not null default (pg_current_xact_id()::text::bigint)
);
create index journal_by_order on journal (order_id);
create index journal_by_date on journal (business_date, journal_id);
create index journal_by_posting on journal (posted_at);

create table journal_line (
  journal_id text not null references journal (journal_id),
  line_no integer not null,
  account text not null,
  side text not null check (side in ('debit', 'credit')),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  functional_minor bigint not null check (functional_minor > 0),
  dimensions jsonb not null,
  primary key (journal_id, line_no)
);
create index journal_line_by_account on journal_line (account, journal_id);
create index journal_line_by_item on journal_line ((dimensions ->> 'item'))
  where dimensions ? 'item';

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: % on % is refused; post a reversing journal',
    tg_op, tg_table_name using errcode = 'TL002';
end $$;
create trigger journal_append_only before update or delete on journal
  for each row execute function ledger_is_append_only();
create trigger journal_line_append_only before update or delete on journal_line
  for each row execute function ledger_is_append_only();
create trigger journal_no_truncate before truncate on journal
  for each statement execute function ledger_is_append_only();
create trigger journal_line_no_truncate before truncate on journal_line
  for each statement execute function ledger_is_append_only();

-- Lines come in the transaction of their journal, never later.
create function journal_line_comes_with_its_journal() returns trigger language plpgsql as $$
begin
  if not exists (
    select from journal j where j.journal_id = new.journal_id
      and j.created_txid = pg_current_xact_id()::text::bigint
  ) then
    raise exception 'journal % was posted before: it takes no more lines', new.journal_id
      using errcode = 'TL002';
  end if;
  return new;
end $$;
create trigger journal_line_same_transaction before insert on journal_line
  for each row execute function journal_line_comes_with_its_journal();

create function journal_must_balance() returns trigger language plpgsql as $$
declare
  lines integer;
  functional bigint;
  foreign_currencies integer;
  amount bigint;
begin
  select count(*),
         coalesce(sum(case side when 'debit' then functional_minor else -functional_minor end), 0),
         count(distinct currency),
         coalesce(sum(case side when 'debit' then amount_minor else -amount_minor end), 0)
    into lines, functional, foreign_currencies, amount
    from journal_line where journal_id = new.journal_id;
  if lines < 2 or functional <> 0 or (foreign_currencies = 1 and amount <> 0) then
    raise exception 'journal % does not balance: % lines, off by % minor units',
      new.journal_id, lines, functional using errcode = 'TL003';
  end if;
  return null;
end $$;
create constraint trigger journal_balances after insert on journal
  deferrable initially deferred for each row execute function journal_must_balance();

-- Batches for the ERP; a journal is in exactly one.
create table posting_batch (
  batch_id text primary key,
  erp_instance text not null,
  entity text not null,
  channel_instance text not null,
  business_date date not null,
  currency text not null,
  lines jsonb not null,             -- [{account, location, taxCode, side, amountMinor}]
  journal_count integer not null,
  state text not null default 'formed' check (state in ('formed', 'posted', 'parked')),
  document_no text,
  created_at timestamptz not null default now(),
  posted_at timestamptz
);
create index posting_batch_by_document on posting_batch (document_no)
  where document_no is not null;
create index posting_batch_open on posting_batch (erp_instance) where state = 'formed';

create table posting_batch_journal (
  journal_id text primary key references journal (journal_id),
  batch_id text not null references posting_batch (batch_id)
);
create index posting_batch_journal_by_batch on posting_batch_journal (batch_id);

-- Work that waits for a person -----------------------------------------------------------------------
create table exception (
  exception_id text primary key,
  code text not null,
  state text not null default 'open' check (state in ('open', 'assigned', 'escalated', 'resolved')),
  owner text not null,
  severity text not null check (severity in ('low', 'medium', 'high')),
  detail text not null,
  cause_kind text not null,
  cause_ref text not null,
  blocks text not null,             -- the step, effect, outbox row or batch that waits
  order_id text,
  workflow_id text,
  event_no bigint,
  batch_id text,
  outbox_no bigint,
  money_minor bigint,
  currency text,
  correlation_id text,
  assignee text,
  openings integer not null default 1,
  opened_at timestamptz not null default now(),
  deadline_at timestamptz not null,
  resolution text check (resolution in ('retried', 'overridden', 'abandoned')),
  resolution_reason text,
  resolved_by text,
  resolved_at timestamptz,
  is_applied boolean not null default false
);
create index exception_unresolved on exception (owner, deadline_at) where state <> 'resolved';
create index exception_by_cause on exception (cause_kind, cause_ref) where state <> 'resolved';
create index exception_by_order on exception (order_id);

-- What people and channels decided: the audit trail.
create table decision (
  decision_no bigint generated always as identity primary key,
  decision_id text not null,
  actor text not null,
  role text not null,
  action text not null,
  subject text not null,
  order_id text,
  reason text,
  detail jsonb not null default '{}',
  correlation_id text,
  decided_at timestamptz not null default now(),
  unique (action, subject, decision_id)
);
create index decision_by_order on decision (order_id);

create table idempotency (
  scope text not null,              -- the key's owner and the route
  idempotency_key text not null,
  body_hash text not null,
  status integer,                   -- null while the first call runs
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (scope, idempotency_key)
);

-- Raised inside the accept statement: less stock than wanted when the reservation was made.
create function assert_reserved(reserved_rows bigint, wanted_rows bigint)
returns boolean language plpgsql as $$
begin
  if reserved_rows <> wanted_rows then
    raise exception 'reserved % of % stock rows', reserved_rows, wanted_rows
      using errcode = 'TL001';
  end if;
  return true;
end $$;
