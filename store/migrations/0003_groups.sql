-- Up Migration
-- An order has 1…n fulfilment groups from acceptance on; which units of a line are whose is an
-- allocation. A line's reserved and released units are the sum of its allocations'.

alter table fulfilment_group add column warehouse_account text not null default '',
  alter column request_key drop not null;   -- none until a warehouse was asked
alter table fulfilment_group alter column warehouse_account drop default;

create table allocation (
  order_id text not null,
  line_no integer not null,
  group_no integer not null,
  reserved integer not null default 0 check (reserved >= 0),
  released integer not null default 0 check (released >= 0),
  shipped integer not null default 0 check (shipped >= 0),
  picked_up integer not null default 0 check (picked_up >= 0),
  cancelled integer not null default 0 check (cancelled >= 0),
  primary key (order_id, line_no, group_no)
);

alter table order_line drop column group_no;
