-- Up Migration
-- A person may send an order elsewhere than its channel says: what the channel said last of that is
-- kept beside, as a hash, so that it is not taken for news when it says so again. Null: as the order
-- has it.
alter table sales_order add column told_ship_to text;
