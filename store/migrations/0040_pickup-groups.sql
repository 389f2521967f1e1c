-- Up Migration
-- A group of an order ships, or waits in a store for whoever collects it. What is collected is
-- invoiced at handover; it may be charged before that, when it lies ready.

-- No warehouse is asked for what a store hands over.
alter table fulfilment_group
  add column kind text not null default 'ship' check (kind in ('ship', 'pickup')),
  alter column warehouse_account drop not null,
  add check ((kind = 'ship') = (warehouse_account is not null));

-- A capture before there is an invoice is a prepayment: its invoice_no counts down from -1, its group
-- is the one that it is for, and what of it invoices took, or a refund gave back, is used.
alter table capture
  add column group_no integer,
  add column used_minor bigint not null default 0,
  add check ((invoice_no < 0) = (group_no is not null)),
  add check (used_minor between 0 and amount_minor),
  add check (invoice_no < 0 or used_minor = 0);

-- Covered by a prepayment whose capture had no answer, or a no, when the goods left: receivable.
alter table invoice add column awaited_minor bigint not null default 0;

-- A handover is invoiced once; its number counts within its group.
create unique index invoice_of_handover on invoice (order_id, group_no, source_no)
  where source_kind = 'handover';

-- Goods that leave a store with whoever collects them.
alter table inventory_event drop constraint inventory_event_kind_check;
alter table inventory_event add constraint inventory_event_kind_check check (kind in
  ('receipt', 'adjustment', 'reservation', 'release', 'shipment', 'handover'));
