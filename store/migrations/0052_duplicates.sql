-- Up Migration
-- What a channel's records have once more than it was asked for: a payment that is owed back from
-- then on, a fulfilment that takes units which are still here. What undoes it is a message of the
-- outbox, parked until a person lets it go.
create table channel_duplicate (
  account text not null,
  reference text not null,             -- the channel's name of it
  kind text not null check (kind in ('capture', 'fulfilment')),
  order_id text not null,
  duplicate_no integer not null,
  tender_no integer,
  amount_minor bigint check (amount_minor > 0),
  currency text,
  effect_key text not null unique,     -- of the first try to undo it
  undone_key text,                     -- of the try that undid it; null: somebody did in the shop
  undone_reference text,
  found_at timestamptz not null default now(),
  undone_at timestamptz,
  primary key (account, reference),
  unique (order_id, duplicate_no),
  check ((undone_reference is null) = (undone_at is null)),
  check ((kind = 'capture') = (tender_no is not null)),
  check ((kind = 'capture') = (amount_minor is not null)),
  check ((kind = 'capture') = (currency is not null))
);
