-- Up Migration
-- What is charged, taxed and booked when control passes is an invoice, with a number of its own in
-- its order. A shipment passes it today; a handover in a store may. What has moved keeps what moved.

create table invoice (
  order_id text not null,
  invoice_no integer not null,
  group_no integer,                 -- whose units they were: of several the first; null: of none
  source_kind text not null check (source_kind in ('shipment', 'handover')),
  source_no integer not null,       -- the shipment's number in its order
  document_no text not null unique, -- by which customers and the tax service know it
  business_date date not null,
  amount_minor bigint not null,
  prepaid_minor bigint not null,
  lines jsonb not null,
  primary key (order_id, invoice_no)
);

alter table shipment
  drop column invoice_no, drop column business_date, drop column invoice_minor,
  drop column prepaid_minor, drop column lines;
alter table capture rename column shipment_no to invoice_no;
