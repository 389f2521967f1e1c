-- Up Migration
-- Statements of banks: each once by what it says, tied by its two balances; its bytes are kept as
-- those of reports are. Which bookings it shows is the way from a line to the file that told it.
create table bank_statement (
  statement_id text primary key,
  bank text not null,               -- as the set-up calls it
  bank_account text not null,       -- its first number: how its bookings are kept
  reference text not null,          -- the bank's own; of a CSV its days
  content_hash text not null,
  currency text not null,
  opened_on date,
  closed_on date,
  opening_minor bigint not null,
  closing_minor bigint not null,
  line_count integer not null,
  file_id text not null references settlement_file (file_id),
  received_at timestamptz not null default now(),
  unique (bank_account, reference, content_hash)
);
create table bank_statement_line (
  statement_id text not null references bank_statement (statement_id),
  line_no integer not null,
  bank_line_id text not null references bank_line (bank_line_id),
  primary key (statement_id, line_no)
);
create index bank_statement_line_by_line on bank_statement_line (bank_line_id);
