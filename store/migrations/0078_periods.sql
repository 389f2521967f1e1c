-- Up Migration
-- Accounting periods: an entity's calendar month. One without a row is open. A journal is of the
-- period of its business date, its accounting date; the day that it is about is its document date.
create table accounting_period (
  period_id text primary key,       -- us-01/2026-03
  workflow_id text not null unique,
  entity text not null,
  first_day date not null,
  last_day date not null,
  state text not null check (state in ('open', 'closing', 'closed', 'reopened')),
  closings integer not null default 0,      -- how often its closing began
  closing_since timestamptz,
  prepared_by text,                 -- the label of the key: a rotated one keeps it
  prepared_at timestamptz,
  accepted jsonb not null default '[]',     -- [{check, finding, reason}]: failed, and taken as it is
  approved_by text,
  approved_at timestamptz,
  closed_at timestamptz,
  reopening_by text,                -- who asked for it, until a second person has said yes or no
  reopening_reason text,
  recheck_at timestamptz,
  correlation_id text not null,
  check (approved_by <> prepared_by),
  check (state <> 'closed' or (prepared_by is not null and approved_by is not null)),
  unique (entity, first_day)
);

-- What its checks came to when they were last made.
create table period_check (
  period_id text not null references accounting_period (period_id),
  name text not null,
  state text not null check (state in ('passed', 'failed', 'not-applicable')),
  finding text not null,
  count integer not null,
  checked_at timestamptz not null,
  primary key (period_id, name)
);

-- Null: from before there were periods, the same as its business date.
alter table journal add column document_date date;

-- The first day, from that one on, on which an entity's books are open: itself, or the first of a
-- month. Whoever closes a month waits for the transactions that were given a day of it, and they for
-- whoever closes it; a volatile function sees what was committed while it waited.
create function accounting_date(of_entity text, wanted date) returns date
language plpgsql volatile as $$
declare
  day date := wanted;
begin
  loop
    perform pg_advisory_xact_lock_shared(
      hashtextextended('period:' || of_entity || '/' || to_char(day, 'YYYY-MM'), 0));
    if not exists (select from accounting_period p
                    where p.entity = of_entity and p.first_day = date_trunc('month', day)::date
                      and p.state = 'closed') then
      return day;
    end if;
    day := (date_trunc('month', day) + interval '1 month')::date;
  end loop;
end $$;

-- Without a business date it is given one, by its document date; with one in a closed period it is
-- refused, whoever writes it.
create function journal_is_in_an_open_period() returns trigger language plpgsql as $$
begin
  if new.business_date is null then
    new.business_date := accounting_date(new.entity, new.document_date);
  elsif accounting_date(new.entity, new.business_date) <> new.business_date then
    raise exception 'the books of % are closed on %: journal % is refused',
      new.entity, new.business_date, new.journal_id using errcode = 'TL006';
  end if;
  new.document_date := coalesce(new.document_date, new.business_date);
  return new;
end $$;
create trigger journal_in_open_period before insert on journal
  for each row execute function journal_is_in_an_open_period();
