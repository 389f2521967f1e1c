-- Up Migration
-- When the last report of an account, or the last statement of a bank, came, by whichever door.
alter table settlement_feed add column last_arrival_at timestamptz;
