-- Up Migration
-- What the holder of a key may speak about. '*' in a list is everything of its kind (in `sources`:
-- every source that no other key names); an empty list is nothing.
alter table api_key
  add column channels text[] not null default '{}',  -- channel instances whose orders
  add column sources text[] not null default '{}',   -- sources of events
  add column types text[] not null default '{}';     -- event types, or systems that own types
