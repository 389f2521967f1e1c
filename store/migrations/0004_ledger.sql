-- Up Migration
-- The ledger, ready for more: a journal is told from another under its key, lines carry their rate,
-- refunds name the payment they give back, balances and what is to be posted are kept beside it.

-- What a journal says, hashed: another one under the same moment key is a fault.
alter table journal add column body_hash bytea not null default '';
alter table journal alter column body_hash drop default;

-- A journal balances in the entity's functional currency; the rate is what one unit was worth in it.
-- The business date is the journal's, so that journals of an account are read by date from an index.
alter table journal_line
  add column functional_currency text,
  add column rate numeric not null default 1 check (rate > 0),
  add column business_date date;
alter table journal_line disable trigger journal_line_append_only;
update journal_line l set functional_currency = l.currency, business_date = j.business_date
  from journal j where j.journal_id = l.journal_id;
alter table journal_line enable trigger journal_line_append_only;
alter table journal_line
  alter column functional_currency set not null,
  alter column business_date set not null,
  alter column rate drop default,
  add check (currency <> functional_currency or (rate = 1 and functional_minor = amount_minor));
drop index journal_line_by_account;
create index journal_line_by_account on journal_line (account, business_date, journal_id);

-- A line comes in the transaction of its journal, and on its day.
create or replace function journal_line_comes_with_its_journal() returns trigger
language plpgsql as $$
begin
  select j.business_date into new.business_date from journal j
   where j.journal_id = new.journal_id and j.created_txid = pg_current_xact_id()::text::bigint;
  if not found then
    raise exception 'journal % was posted before: it takes no more lines', new.journal_id
      using errcode = 'TL002';
  end if;
  return new;
end $$;

create or replace function journal_must_balance() returns trigger language plpgsql as $$
declare
  lines integer;
  functional bigint;
  functional_currencies integer;
  currencies integer;
  amount bigint;
begin
  select count(*),
         coalesce(sum(case side when 'debit' then functional_minor else -functional_minor end), 0),
         count(distinct functional_currency),
         count(distinct currency),
         coalesce(sum(case side when 'debit' then amount_minor else -amount_minor end), 0)
    into lines, functional, functional_currencies, currencies, amount
    from journal_line where journal_id = new.journal_id;
  if lines < 2 or functional <> 0 or functional_currencies > 1
     or (currencies = 1 and amount <> 0) then
    raise exception 'journal % does not balance: % lines, % functional currencies, off by % minor units',
      new.journal_id, lines, functional_currencies, functional using errcode = 'TL003';
  end if;
  return null;
end $$;

-- What is still to be done with a journal. A row is written with its journal and is deleted by the
-- statement that does it, so that neither looks at the journals of all time. No foreign keys: they
-- would be looked up for every journal; the audit finds one that is in no batch and in no queue.
create table journal_to_batch (
  entity text not null,
  channel_instance text not null,   -- '-': none
  business_date date not null,
  currency text not null,
  journal_id text not null,
  posted_at timestamptz not null default now(),
  primary key (entity, channel_instance, business_date, currency, journal_id)
);
create table journal_to_balance (
  journal_id text primary key
);
insert into journal_to_batch (entity, channel_instance, business_date, currency, journal_id, posted_at)
  select entity, coalesce(channel_instance, '-'), business_date, currency, journal_id, posted_at
    from journal j where not exists
         (select from posting_batch_journal b where b.journal_id = j.journal_id);
insert into journal_to_balance select journal_id from journal;

-- What the lines of an account add up to on a business date; journals in journal_to_balance are not
-- in it yet.
create table account_balance (
  entity text not null,
  account text not null,
  currency text not null,
  business_date date not null,
  debit_minor bigint not null,
  credit_minor bigint not null,
  primary key (entity, account, currency, business_date)
) with (fillfactor = 70);     -- rows of today are updated in place

drop index journal_by_posting;      -- who looked for fresh journals has a queue now
drop index posting_batch_open;
create index posting_batch_unposted on posting_batch (erp_instance) where state <> 'posted';

-- The reference of the payment that a refund gives back: a capture's, or the channel's own.
alter table refund add column payment_ref text not null default '';
alter table refund alter column payment_ref drop default;
