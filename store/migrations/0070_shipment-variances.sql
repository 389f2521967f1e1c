-- A parcel may be told again: what was added to it is one more row, with an invoice of its own.
-- `told_at`: when the warehouse last spoke of it, by its own clock.
alter table shipment
  add column amendment_no integer not null default 0,
  add column told_at timestamptz,
  drop constraint shipment_order_id_shipment_ref_key,
  add unique (order_id, shipment_ref, amendment_no);

-- Units by which a parcel differs from what was invoiced of it: more (above zero), which its order
-- does not have, or fewer. `sku`: of what left; null where nobody named it, and no stock moved.
create table shipment_variance (
  variance_no bigint generated always as identity primary key,
  order_id text not null,
  shipment_ref text not null,
  event_no bigint not null,
  line_no integer not null,
  sku text,
  quantity integer not null check (quantity <> 0),
  location_id text not null,
  carrier text,
  tracking_number text,
  told_at timestamptz,
  created_at timestamptz not null default now()
);
create index shipment_variance_by_order on shipment_variance (order_id);
