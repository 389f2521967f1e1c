-- Up Migration
-- A return is a flow of its own: what is expected back, what came, how it was found, what was given
-- for it. Rows are locked in this order: the return, its order, then stock rows.

create table sales_return (
  rma text primary key,
  workflow_id text not null unique,
  order_id text not null,
  channel_instance text not null,
  order_no text not null,
  is_announced boolean not null,    -- false: goods that nobody had asked about
  reason text not null,
  state text not null check (state in ('requested', 'approved', 'denied', 'expired', 'closed')),
  asked_by text not null,           -- the label of the key, or the event's source
  is_exception boolean not null default false, -- goodwill: the policy says no
  expected_at text,                 -- the location; null: anywhere
  refund_timing text not null default 'inspected'
    check (refund_timing in ('inspected', 'advance', 'returnless')),
  correlation_id text not null,
  request_key text not null unique, -- what asked for it: asked twice, it is one
  opened_at timestamptz not null default now(),
  closed_at timestamptz
);
create index sales_return_by_order on sales_return (order_id);

create table return_line (
  rma text not null references sales_return (rma),
  line_no integer not null,         -- the order's
  expected integer not null default 0 check (expected >= 0),
  received integer not null default 0 check (received >= 0),
  inspected integer not null default 0 check (inspected between 0 and received),
  accepted integer not null default 0 check (accepted >= 0),
  primary key (rma, line_no)
);

-- What arrived where; the carrier's or the counter's id of it counts once.
create table return_receipt (
  rma text not null references sales_return (rma),
  receipt_no integer not null,
  receipt_ref text not null,
  location_id text not null,
  lines jsonb not null,             -- [{lineNo, sku, quantity}]
  received_at timestamptz not null,
  event_no bigint,
  primary key (rma, receipt_no),
  unique (rma, receipt_ref)
);

-- How it was found, and what is given for it. An advance is one without goods yet.
create table return_inspection (
  rma text not null references sales_return (rma),
  inspection_no integer not null,
  inspection_ref text not null,
  kind text not null check (kind in ('inspected', 'advance', 'returnless')),
  state text not null check (state in ('open', 'accepted', 'denied')),
  location_id text,                 -- null: nothing came
  lines jsonb not null,             -- [{lineNo, quantity, condition, disposition}]
  inspected_by text not null,
  inspected_at timestamptz not null,
  business_date date,
  refund_minor bigint,              -- null until what it is worth is known
  fee_minor bigint,
  approvals_needed integer not null default 0,
  worth jsonb,                      -- what was accepted, by invoice and line
  accepted_at timestamptz,
  event_no bigint,
  primary key (rma, inspection_no),
  unique (rma, inspection_ref)
);

create table return_approval (
  rma text not null,
  inspection_no integer not null,   -- 0: the return itself
  approved_by text not null,
  role text not null,
  approved_at timestamptz not null default now(),
  primary key (rma, inspection_no, approved_by)
);

-- Whose a refund is: null where the order's own flow makes it.
alter table refund add column rma text;
create index refund_by_rma on refund (rma) where rma is not null;

-- Goods that came back and are looked at are on hand and not to be sold.
alter table inventory_event add column unsellable_delta integer not null default 0,
  drop constraint inventory_event_kind_check,
  add constraint inventory_event_kind_check check (kind in ('receipt', 'adjustment', 'reservation',
    'release', 'shipment', 'handover', 'return', 'disposition'));

-- What is set aside for a line when it is sold (rules 4, 4a); none for sales without a rate.
create table return_provision (
  order_id text not null,
  invoice_no integer not null,
  line_no integer not null,
  cohort text not null,             -- entity, channel and month
  fee_permille integer not null,
  recovery_per_unit_minor bigint not null,
  rfl_minor bigint not null,
  rra_minor bigint not null,
  primary key (order_id, invoice_no, line_no)
);
create index return_provision_by_cohort on return_provision (cohort);

-- A refund that was made at the processor or in the shop, by whoever: counted here, never made again.
-- What of it is a return's is matched to that.
alter table refund add column is_outside boolean not null default false,
  add column matched_minor bigint not null default 0 check (matched_minor >= 0);
create index refund_by_reference on refund (reference) where reference is not null;
create index capture_by_reference on capture (reference) where reference is not null;
