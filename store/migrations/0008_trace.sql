-- Up Migration
-- A trace asks for the exceptions of its events and batches too: without these, it read them all.
create index exception_by_event on exception (event_no) where event_no is not null;
create index exception_by_batch on exception (batch_id) where batch_id is not null;
