-- Up Migration
-- An order has its lines and tenders from its receipt on. Null until its gateway is mapped.
alter table tender alter column tender_type drop not null, drop column kind;
alter table tender
  add column kind text not null generated always as (coalesce(tender_type, 'card')) stored
    check (kind in ('card', 'gift-card', 'store-credit', 'account', 'cash', 'marketplace'));
