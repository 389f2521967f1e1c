-- Bought at the till in the visit in which a pickup was collected: a sale of its own, linked to it.
alter table sales_order add column add_on_to text;
create index sales_order_add_on on sales_order (add_on_to) where add_on_to is not null;
