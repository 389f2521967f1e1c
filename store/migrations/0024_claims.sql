-- Up Migration
-- What a caller says was authorized or captured before the order came: planned until whoever took
-- it says so too.
alter table payment_authorization
  add column claim text check (claim in ('authorized', 'captured'));
