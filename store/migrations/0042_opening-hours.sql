-- Up Migration
-- When a store is open, on its own clock: what is held there for a customer is held until a closing
-- time. Null: it has none, and nothing can be collected there.
alter table location
  add column opening_hours jsonb,                        -- {monday: [{from, to}], ...}, local HH:MM
  add column holidays jsonb not null default '[]',       -- [{date, hours: [{from, to}]}]
  add constraint location_open_hours_of_a_store
    check (kind = 'store' or (opening_hours is null and holidays = '[]'));

-- At a counter an order is named by its number, and may have ended.
create index pickup_by_order_no on pickup (store_id, order_no);
