-- Up Migration
-- The watchdog looks every few minutes for what does not move: what is open or unanswered is found
-- without reading what has ended.
create index effect_called on effect (first_called_at) where state = 'called';
create index flow_open on flow (workflow_id) where state = 'open';
create index exception_unapplied on exception (resolved_at)
  where state = 'resolved' and not is_applied and workflow_id is not null;

-- What it had to do since the beginning; `GET /metrics` shows it. Empty in a healthy system.
create table watchdog_total (
  kind text not null,
  outcome text not null check (outcome in ('moved', 'named')),
  cases bigint not null,
  primary key (kind, outcome)
);
