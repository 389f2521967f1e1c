-- Up Migration
-- Units that a store has not picked in its time, on their way to where the buyer agreed beforehand:
-- what they are taxed with there is asked first.

create table pickup_re_sourcing (
  pickup_id text not null references pickup,
  re_sourcing_no integer not null,
  store_id text,                     -- null: to the customer's home
  lines jsonb not null,              -- [{lineNo, quantity}]
  tax_account text not null,         -- who is asked
  pick_by timestamptz not null,      -- the store's time that was over
  state text not null check (state in ('quoting', 'moved', 'impossible', 'not-wanted')),
  planned_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (pickup_id, re_sourcing_no)
);

-- Who collects in the buyer's place, as the buyer said; personal, given up with the order's copies.
alter table pickup add column collector text;
