-- Why nothing here sends a line, or what of it is unallocated: left-before, other-service, digital,
-- gift-card. Null: a warehouse sends it, or a store hands it over.
alter table order_line add column not_sent text
  check (not_sent in ('left-before', 'other-service', 'digital', 'gift-card'));
-- What its buyer was given access to left nowhere, and no event says so.
alter table shipment alter column event_no drop not null;
