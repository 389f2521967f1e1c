-- Up Migration
-- A moment that has its order in hand from before writes in one statement, or not at all.

-- Goes up with every moment: an order is as it was read where this is as it was read.
alter table sales_order add column version integer not null default 0;

-- Raised inside a moment's statement: another moment came between, or the end was recorded before.
create function assert_unchanged(ended bigint) returns boolean language plpgsql as $$
begin
  if ended <> 1 then
    raise exception 'it is not as it was read' using errcode = 'TL004';
  end if;
  return true;
end $$;

-- Asked where a journal's moment has one already: false where it says the same, else a fault.
create function is_other_journal(journal_id text, moment_key text, posted bytea, said bytea)
returns boolean language plpgsql as $$
begin
  if posted <> said then
    raise exception 'journal % is posted for %, and says otherwise', journal_id, moment_key
      using errcode = 'TL005';
  end if;
  return false;
end $$;
