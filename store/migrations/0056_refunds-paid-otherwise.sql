-- Up Migration
-- What a return owes may be paid otherwise than to the payment that it is of: as store credit, in
-- cash at a counter, or with the goods of an exchange. A price concession is a return without goods.
alter table refund add column paid_by text not null default 'tender'
  check (paid_by in ('tender', 'store-credit', 'cash', 'exchange'));
alter table sales_return
  add column refund_to text not null default 'tender'
    check (refund_to in ('tender', 'store-credit', 'cash')),
  add column conceded_minor bigint check (conceded_minor > 0),
  add column exchange jsonb,          -- {orderNo, totalMinor, lines, tenders, flow}: what goes out
  add column exchange_order_id text,  -- the order that it became
  drop constraint sales_return_refund_timing_check,
  add constraint sales_return_refund_timing_check
    check (refund_timing in ('inspected', 'advance', 'returnless', 'appeasement'));
alter table return_inspection
  drop constraint return_inspection_kind_check,
  add constraint return_inspection_kind_check
    check (kind in ('inspected', 'advance', 'returnless', 'appeasement'));

-- Paid by what a return owes: the open item of refunds payable that it settles (rule 15).
alter table tender add column paid_from text;

-- Our debt to whoever holds it: one for each part of a return that was accepted.
create table store_credit (
  credit_id text primary key,
  rma text not null,
  inspection_no integer not null,
  order_id text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  bonus_minor bigint not null check (bonus_minor >= 0),
  issued_at timestamptz not null default now(),
  unique (rma, inspection_no)
);
create index store_credit_by_order on store_credit (order_id);
