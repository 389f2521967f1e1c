-- Up Migration
-- A return that its channel knows too: begun there, or told by us.
alter table sales_return
  add column channel_return_ref text,
  -- It was asked for there, and is decided there.
  add column is_of_channel boolean not null default false;
create unique index sales_return_by_channel_ref
  on sales_return (channel_instance, channel_return_ref) where channel_return_ref is not null;
