-- Up Migration
-- A pickup: units of one order that one store holds for whoever collects them. Its units are counted
-- here step by step; the order's own rows say reserved, released, picked up and cancelled.

create table pickup (
  pickup_id text primary key,                -- pu_{order}-{group}
  order_id text not null,
  group_no integer not null,
  workflow_id text not null unique,
  store_id text not null,
  channel_instance text not null,
  order_no text not null,
  correlation_id text not null,
  state text not null check (state in ('requested', 'picking', 'ready', 'customer-arrived',
    'handed-over', 'partly-handed-over', 'rejected', 'expired', 'cancelled')),
  version integer not null default 0,        -- goes up with every moment
  code text not null,                        -- what whoever collects may show
  requested_at timestamptz not null default now(),
  pick_by timestamptz not null,              -- the store answers until then, by its service level
  accepted_at timestamptz,
  ready_no integer not null default 0,       -- how often something became ready
  ready_at timestamptz,                      -- the last time
  deadline_at timestamptz,                   -- held until then; only ever moved on
  reminders_at timestamptz[] not null default '{}',   -- planned and not sent yet, in order
  reminders_sent timestamptz[] not null default '{}',
  arrived_at timestamptz,                    -- whoever collects waits in the store or outside
  bay text,                                  -- personal, as the vehicle is
  vehicle text,
  ended_at timestamptz,                      -- nothing of it is open any more
  put_back_due_at timestamptz,               -- units that lay ready are not wanted any more
  put_back_at timestamptz,                   -- they are on the shelf again
  unique (order_id, group_no)
);
create index pickup_open_by_store on pickup (store_id, state) where ended_at is null;
create unique index pickup_by_code on pickup (store_id, code) where ended_at is null;
create index pickup_by_deadline on pickup (deadline_at) where ended_at is null;
create index pickup_by_pick on pickup (pick_by)
  where ended_at is null and state in ('requested', 'picking');
create index pickup_to_put_back on pickup (store_id)
  where put_back_due_at is not null and put_back_at is null;

create table pickup_line (
  pickup_id text not null references pickup,
  line_no integer not null,
  sku text not null,
  -- Each unit is in exactly one of these.
  requested integer not null default 0 check (requested >= 0),
  ready integer not null default 0 check (ready >= 0),
  handed_over integer not null default 0 check (handed_over >= 0),
  rejected integer not null default 0 check (rejected >= 0),
  expired integer not null default 0 check (expired >= 0),
  cancelled integer not null default 0 check (cancelled >= 0),
  primary key (pickup_id, line_no)
);

-- Who held it longer, and until when.
create table pickup_extension (
  pickup_id text not null references pickup,
  extension_no integer not null,
  before_at timestamptz not null,
  until_at timestamptz not null,
  actor text not null,
  role text not null,
  extended_at timestamptz not null default now(),
  primary key (pickup_id, extension_no)
);

-- What left with whom: never the document that was shown.
create table pickup_handover (
  pickup_id text not null references pickup,
  handover_no integer not null,
  proof text not null check (proof in ('code', 'id-card', 'passport', 'driving-licence',
    'order-confirmation', 'payment-card', 'none')),
  collected_by text,                         -- personal: the name that was told or shown
  is_other_person boolean not null,          -- not the buyer
  actor text not null,                       -- the key of the associate's device, or an event's source
  event_no bigint not null,
  handed_over_at timestamptz not null,
  lines jsonb not null,                      -- [{lineNo, quantity}]
  primary key (pickup_id, handover_no)
);

-- Units that the store cannot give, and what was decided about them.
create table pickup_rejection (
  pickup_id text not null references pickup,
  rejection_no integer not null,
  reason text not null check (reason in ('not-found', 'damaged', 'no-capacity', 'closed',
    'not-picked')),
  actor text not null,
  event_no bigint,
  rejected_at timestamptz not null,
  lines jsonb not null,                      -- [{lineNo, quantity}]
  outcome text check (outcome in ('asked-again', 'cancelled', 're-sourced', 'to-shipping')),
  decided_at timestamptz,
  primary key (pickup_id, rejection_no)
);
