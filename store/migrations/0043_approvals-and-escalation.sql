-- Up Migration
-- A resolution that one person asked for and others have to approve before it is done. It belongs
-- to one opening of its exception: what comes back is asked for anew.
create table resolution_request (
  request_id text primary key,
  exception_id text not null,
  opening integer not null,
  resolution text not null check (resolution in ('retry', 'override', 'abandon')),
  reason text not null,
  asked_by text not null,            -- the label of the key: a rotated one keeps it
  asked_role text not null,
  needed integer not null check (needed > 0),
  asked_at timestamptz not null default now(),
  state text not null default 'asked' check (state in ('asked', 'approved', 'denied')),
  ended_at timestamptz
);
create unique index resolution_request_asked on resolution_request (exception_id, opening)
  where state = 'asked';

create table resolution_approval (
  request_id text not null references resolution_request (request_id),
  approved_by text not null,
  approved_at timestamptz not null default now(),
  primary key (request_id, approved_by)
);

-- How often an overdue exception was brought before its owner, when last, and by which message.
alter table exception
  add column escalations integer not null default 0,
  add column escalated_at timestamptz,
  add column escalated_to text;
create index exception_to_escalate on exception (deadline_at) where state <> 'resolved';

-- What was escalated since the beginning; `GET /metrics` shows it.
create table escalation_total (
  owner text not null,
  step integer not null,
  cases bigint not null,
  primary key (owner, step)
);
