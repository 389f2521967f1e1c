-- Up Migration
-- Brought back by who was given it: its buyer does not hear of it, and is not paid for it.
alter table sales_return add column is_gift boolean not null default false;
