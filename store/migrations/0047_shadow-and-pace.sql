-- Up Migration
-- What a channel in shadow said, and what would have been done: the one thing that is written of it
-- beside its event. The row of an order stays after its channel is on: its number is the other
-- system's.
create table shadow_finding (
  event_no bigint primary key references inbox (event_no),
  channel_instance text not null,
  order_no text,                -- null: the event names no order
  type text not null,           -- canonical, or the vendor's topic where it could not be read
  outcome text not null check (outcome in ('accepted', 'waiting', 'refused', 'heard', 'unreadable')),
  finding jsonb not null,       -- ids, units and reasons: nobody's name
  correlation_id text not null,
  heard_at timestamptz not null default now(),
  compacted_at timestamptz
);
-- An order has one: what was found of its newest content.
create unique index shadow_finding_of_order on shadow_finding (channel_instance, order_no)
  where type = 'order.created.v1';
create index shadow_finding_by_number on shadow_finding (order_no) where order_no is not null;
create index shadow_finding_to_compact on shadow_finding (heard_at) where compacted_at is null;

-- How long orders took at the door, by each process of the API, in its last second with any: flows
-- are started at a rate that leaves buyers their time. Lost with a crash, and measured anew.
create unlogged table accept_latency (
  process_id text primary key,
  p95_ms integer not null,
  measured_at timestamptz not null default now()
);
