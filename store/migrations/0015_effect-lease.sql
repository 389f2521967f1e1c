-- While one process is at a call, no other begins it; `calls` is the lease's token.
alter table effect add column leased_until timestamptz not null default now();
