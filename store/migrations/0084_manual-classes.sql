-- Up Migration
-- What a person says that lines are which no rule names; it is posted when nobody else has to say yes.
create table settlement_manual_class (
  settlement_id text not null,
  line_no integer not null,
  class text not null,
  reason text not null,
  said_by text not null,
  said_at timestamptz not null default now(),
  kind text,                        -- of the journal that posted it; null until then
  primary key (settlement_id, line_no),
  foreign key (settlement_id, line_no) references settlement_line (settlement_id, line_no)
    on delete cascade
);
