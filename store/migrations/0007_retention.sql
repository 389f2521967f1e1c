-- Up Migration
-- What is done with is compacted, order by order, and what an audit saw last is remembered.

-- Null until the order has ended and its work rows and bytes were given up. The index holds what is
-- left to do; neither of its columns changes while an order lives, so that updates stay in place.
alter table sales_order add column compacted_at timestamptz;
create index sales_order_to_compact on sales_order (received_at) where compacted_at is null;

create index idempotency_by_age on idempotency (created_at);

-- What the maintenance loop has given up since the beginning; `GET /metrics` shows it.
create table retention_total (
  what text primary key,
  rows_given_up bigint not null
);

-- Runs of the audit that ended. The next one looks at what was written after the last clean one.
create table audit_run (
  audit_run_no bigint generated always as identity primary key,
  is_whole boolean not null,
  is_clean boolean not null,
  -- What was written before is audited; null: from the beginning.
  since timestamptz,
  began_at timestamptz not null,
  ended_at timestamptz not null default now(),
  orders bigint not null,
  differences integer not null
);
create index audit_run_clean on audit_run (began_at) where is_clean;

-- "Written since": rows lie in the order they were written in, so that a few bytes for each range of
-- pages are enough, and no row costs an index entry.
create index sales_order_by_time on sales_order using brin (received_at, accepted_at, closed_at)
  with (pages_per_range = 32, autosummarize = on);
create index order_fact_by_time on order_fact using brin (posted_at)
  with (pages_per_range = 32, autosummarize = on);
create index effect_by_time on effect using brin (first_called_at, answered_at)
  with (pages_per_range = 32, autosummarize = on);
create index inbox_by_time on inbox using brin (received_at, applied_at)
  with (pages_per_range = 32, autosummarize = on);
create index inventory_event_by_time on inventory_event using brin (posted_at)
  with (pages_per_range = 32, autosummarize = on);
