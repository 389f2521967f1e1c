-- Up Migration
-- What of a month's sales was expected back as a period ended (rule 16): by the policy, or by a
-- person's word, which holds for that cohort from then on.
create table reserve_true_up (
  decision_id text not null,
  cohort text not null,
  as_of date not null,              -- the end of the period whose books it belongs to
  expected_permille integer not null check (expected_permille between 0 and 1000),
  is_decided boolean not null,      -- by a person
  made_at timestamptz not null default now(),
  primary key (cohort, as_of, decision_id)
);
