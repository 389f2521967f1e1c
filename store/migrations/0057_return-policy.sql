-- Up Migration
-- What a return's policy reads, what it tells others, and when its work rows are given up.

-- Sold for good from then on: it comes back only for what is the seller's doing.
alter table item add column final_sale_from timestamptz;

alter table sales_return
  -- Of the buyer's e-mail, else of the channel's own id of them: returns of one buyer are counted by
  -- it, and it goes with the other personal data of a return that ended.
  add column buyer_hash text,
  add column compacted_at timestamptz;
create index sales_return_by_buyer on sales_return (buyer_hash, opened_at)
  where buyer_hash is not null;
create index sales_return_to_compact on sales_return (closed_at)
  where compacted_at is null and closed_at is not null;
create index return_inspection_by_date on return_inspection (business_date)
  where state = 'accepted' and kind = 'inspected';

-- Goods that went back to their vendor: what of the receivable (rule 13c) is claimed for what.
create table supplier_claim (
  reference text primary key,       -- RTV-{rma}-{inspection}-{n}
  rma text not null references sales_return (rma),
  inspection_no integer not null,
  entity text not null,
  sku text not null,
  location_id text not null,        -- from where they go back
  quantity integer not null check (quantity > 0),
  cost_minor bigint not null check (cost_minor >= 0),
  currency text not null,
  reason text not null,             -- the buyer's
  condition text not null,          -- as it was found
  claimed_on date not null
);
create index supplier_claim_by_date on supplier_claim (claimed_on, reference);
create index supplier_claim_by_sku on supplier_claim (sku, claimed_on);
