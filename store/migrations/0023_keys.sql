-- Up Migration
-- Keys are made, rotated and revoked while the API runs. A rotated key may go on for a while: its
-- `revoked_at` is then still to come.
alter table api_key
  add column key_id text not null unique
    default 'key_' || replace(gen_random_uuid()::text, '-', ''),
  add column key_prefix text,                            -- its first characters; null: from the file
  add column created_by text not null default 'set-up file',
  add column expires_at timestamptz,
  add column revoked_by text;
create index api_key_by_label on api_key (label);
