-- Up Migration
-- A settlement is a flow of its own: the bytes that came, the lines that they say, what each settles,
-- what was posted, and which lines of the bank it arrived by.

-- A report's bytes as they came, in parts; the same bytes of one account are one file.
create table settlement_file (
  file_id text primary key,
  source text not null,             -- the reader: stripe, amazon …
  account text not null,            -- the clearing account that it is of
  sha256 text,                      -- null while it is being received
  size_bytes bigint not null default 0,
  received_by text not null,
  received_at timestamptz not null default now()
);
create unique index settlement_file_once on settlement_file (source, account, sha256)
  where sha256 is not null;
create table settlement_file_part (
  file_id text not null references settlement_file (file_id) on delete cascade,
  part_no integer not null,
  bytes bytea not null,
  primary key (file_id, part_no)
);
alter table settlement_file_part alter column bytes set storage external;

create table settlement (
  settlement_id text primary key,
  workflow_id text not null unique,
  source text not null,
  account text not null,
  entity text not null,
  reference text not null,          -- the vendor's; of an unreadable file its hash
  file_id text not null references settlement_file (file_id),
  state text not null check (state in
    ('received', 'unreadable', 'untied', 'tied', 'posted', 'rejected', 'closed')),
  currency text,                    -- null until it is read, as the rest
  period_start timestamptz,
  period_end timestamptz,
  payout_date date,
  declared_net_minor bigint,
  lines_net_minor bigint,
  line_count integer not null default 0,
  business_date date,
  bank_minor bigint not null default 0,     -- of its net, what the bank has shown
  failed_minor bigint not null default 0,   -- of its net, what the bank sent back
  recheck_at timestamptz,           -- something of it is not explained: looked at again then
  rechecks integer not null default 0,
  correlation_id text not null,
  received_at timestamptz not null default now(),
  posted_at timestamptz,
  unique (source, reference)
);
create index settlement_by_file on settlement (file_id);
create index settlement_at_bank on settlement (account) where state = 'posted';

create table settlement_line (
  settlement_id text not null,
  line_no integer not null,         -- in its settlement, from 1
  row_no integer not null,          -- in its file
  word_transaction text not null,
  word_type text not null,
  word_description text not null,
  amount_minor bigint not null,
  sale_currency text,
  sale_minor bigint,
  line_ref text,
  order_ref text,
  payment_ref text,
  sku text,
  quantity integer,
  occurred_at timestamptz,
  class text not null,
  primary key (settlement_id, line_no)
);
create index settlement_line_by_payment on settlement_line (payment_ref)
  where payment_ref is not null;
create index settlement_line_by_order on settlement_line (order_ref) where order_ref is not null;

-- What a line that stands for money of ours settles, and how much of it; the rest of its amount is in
-- suspense, as is all of a line that no rule names, until it is written off.
create table settlement_match (
  settlement_id text not null,
  line_no integer not null,
  item text,
  matched_minor bigint not null,
  written_off_minor bigint not null default 0,
  primary key (settlement_id, line_no)
);

create table settlement_journal (
  settlement_id text not null,
  kind text not null,               -- a class, payout, suspense:1, bank:…
  journal_id text not null,
  primary key (settlement_id, kind)
);
create index settlement_journal_by_journal on settlement_journal (journal_id);

-- The bank's bookings; the bank's own reference makes each one.
create table bank_line (
  bank_line_id text primary key,
  bank_account text not null,
  bank_ref text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor <> 0), -- above zero came in
  booked_on date not null,
  text text not null,               -- what matching reads; may name a person
  matched_minor bigint not null default 0,
  correlation_id text not null,
  received_at timestamptz not null default now(),
  unique (bank_account, bank_ref)
);
create index bank_line_unmatched on bank_line (currency, booked_on)
  where matched_minor <> amount_minor;
create table bank_match (
  bank_line_id text not null references bank_line (bank_line_id),
  settlement_id text not null references settlement (settlement_id),
  amount_minor bigint not null check (amount_minor <> 0),
  matched_at timestamptz not null default now(),
  primary key (bank_line_id, settlement_id)
);
create index bank_match_by_settlement on bank_match (settlement_id);
