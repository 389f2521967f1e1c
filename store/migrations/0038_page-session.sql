-- Up Migration
-- Somebody who signed in to the pages with a key. The cookie's token and the key are kept as hashes:
-- whoever reads this table can act as nobody. A revoked key ends its sessions with it.
create table page_session (
  token_hash text primary key,
  key_hash text not null,
  expires_at timestamptz not null
);
create index page_session_by_expiry on page_session (expires_at);
