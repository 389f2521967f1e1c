-- A tender carries the account that moves its money: two tenders of an order may have two.
alter table tender
  add column money_account text not null default '',
  -- Empty where an order was given up before its gateway was mapped.
  add column kind text not null generated always as
    (case tender_type when '' then 'card' else tender_type end) stored
    check (kind in ('card', 'gift-card', 'store-credit', 'account', 'cash', 'marketplace'));
