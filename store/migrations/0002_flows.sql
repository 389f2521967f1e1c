-- Up Migration
-- A flow is a row of its own: facts, signals, exceptions and effects belong to a flow; an order's id
-- on them is drill-back.

create table flow (
  workflow_id text primary key,
  flow_type text not null,
  subject_kind text not null,       -- order, return, settlement …
  subject_id text not null,
  order_id text,                    -- drill-back, where the subject belongs to an order
  parent_workflow_id text,
  input jsonb not null,             -- what a start, or a start again, begins with
  state text not null default 'open' check (state in ('open', 'ended')),
  outcome text,                     -- how it ended: closed, rejected …
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  check ((state = 'ended') = (ended_at is not null))
);
create index flow_by_subject on flow (subject_id);

alter table inbox add column workflow_id text;
drop index inbox_to_apply;
create index inbox_to_apply on inbox (workflow_id, event_no) where state = 'routed';

alter table effect add column workflow_id text;

-- The step that an exception blocks, and which of its kind: what a resolution is applied to.
alter table exception add column step text, add column about jsonb not null default '{}';
create index exception_by_flow on exception (workflow_id) where workflow_id is not null;
