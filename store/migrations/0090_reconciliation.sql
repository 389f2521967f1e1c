-- What a reconciliation found and whom it named it to. A row goes with its difference: what is no
-- longer there is deleted, what a person accounted for stays for as long as it is found.
create table audit_difference (
  invariant text not null,
  code text not null,
  subject text not null,
  -- In the audit's words: other words are another difference, which nobody has accounted for.
  detail text not null,
  exception_id text not null references exception,
  -- Found by whole audits only: one of what was written lately does not miss it.
  is_whole boolean not null,
  first_found_at timestamptz not null default now(),
  last_found_at timestamptz not null default now(),
  primary key (invariant, code, subject)
);
create index audit_difference_by_exception on audit_difference (exception_id);
