-- Up Migration
-- What a store's counter and support look returns up by.

-- A buyer's number by its last nine digits, however it was written; orders without one cost nothing.
create index sales_order_by_phone on sales_order
  (right(regexp_replace(content #>> '{customer,phone}', '[^0-9]', '', 'g'), 9))
  where content #>> '{customer,phone}' is not null;

-- What came to a place, and what it expects.
create index return_receipt_by_place on return_receipt (location_id, received_at);
create index sales_return_expected on sales_return (expected_at)
  where expected_at is not null and state = 'approved';
-- Those that somebody may still have to do something about, the oldest first.
create index sales_return_open on sales_return (opened_at) where closed_at is null;
create index sales_return_by_time on sales_return (opened_at desc);
