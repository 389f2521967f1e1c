-- Up Migration
-- Lines of a journal are held to it once a statement, not once a line: a settlement's journal has
-- hundreds of thousands. The check says all that the foreign key said, so that goes.
drop trigger journal_line_same_transaction on journal_line;
drop function journal_line_comes_with_its_journal();
alter table journal_line drop constraint journal_line_journal_id_fkey;

-- A line comes in the transaction of its journal, and on its day.
create function journal_lines_come_with_their_journal() returns trigger language plpgsql as $$
declare
  late text;
begin
  select l.journal_id into late
    from (select distinct journal_id, business_date from new_line) l
   where not exists (
     select from journal j
      where j.journal_id = l.journal_id and j.business_date = l.business_date
        and j.created_txid = pg_current_xact_id()::text::bigint)
   limit 1;
  if found then
    raise exception 'journal % was posted before or on another day: it takes no more lines', late
      using errcode = 'TL002';
  end if;
  return null;
end $$;
create trigger journal_lines_same_transaction after insert on journal_line
  referencing new table as new_line
  for each statement execute function journal_lines_come_with_their_journal();
