-- What the channel said last of an order that was taken, by its own clock, and what of it differed.
alter table sales_order add column told_at timestamptz;
alter table sales_order add column told_differences text;
