-- Up Migration
-- Accounts whose vendors keep settlement reports for us to fetch, and the reports that were fetched.
create table settlement_feed (
  account text primary key,
  source text not null,
  -- Silence counts from here where no report has come yet.
  watched_since timestamptz not null default now(),
  -- By the vendor's clock: the newest that was fetched.
  last_report_at timestamptz
);

create table settlement_fetched (
  account text not null references settlement_feed,
  report_id text not null,
  settlement_id text not null,
  fetched_at timestamptz not null default now(),
  primary key (account, report_id)
);
