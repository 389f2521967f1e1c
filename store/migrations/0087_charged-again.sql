-- Up Migration
-- What was paid back in advance and never came is charged again: a tender of its order, whose money
-- the return's flow asks for.
alter table tender add column for_return text;
create index tender_by_return on tender (for_return) where for_return is not null;
