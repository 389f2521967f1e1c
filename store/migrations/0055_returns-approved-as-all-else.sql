-- Up Migration
-- A return's yes is that of every exception: asked for, and approved by others. Its own table goes.
alter table resolution_request
  add column involved text[] not null default '{}'; -- they had a hand in it: they do not approve either
alter table return_inspection
  add column is_approved boolean not null default false,
  add column inspected_role text not null default 'oms';
-- Until when what is expected is waited for; the flow has the timer.
alter table sales_return add column receive_by timestamptz;

update return_inspection set is_approved = true where state = 'accepted' and approvals_needed > 0;
update sales_return set receive_by = opened_at + interval '30 days';

create temporary table return_ask on commit drop as
  select 'before:' || e.exception_id as request_id, e.exception_id, e.openings, e.state, e.opened_at,
         s.rma, coalesce(i.inspection_no, 0) as inspection_no,
         coalesce(i.inspected_by, s.asked_by) as asked_by, s.asked_by as also,
         greatest(1, i.approvals_needed) as needed
    from exception e join sales_return s using (workflow_id)
    left join return_inspection i
      on i.rma = s.rma and i.inspection_no = (e.about ->> 'inspectionNo')::int
   where e.code in ('refund.to-approve', 'return.to-approve');
insert into resolution_request (request_id, exception_id, opening, resolution, reason, asked_by,
    asked_role, needed, asked_at, state, involved)
  select request_id, exception_id, openings, 'override', 'a return', asked_by, 'support', needed,
         opened_at, case state when 'resolved' then 'approved' else 'asked' end, array[also]
    from return_ask;
insert into resolution_approval (request_id, approved_by, approved_at)
  select q.request_id, a.approved_by, a.approved_at
    from return_approval a join return_ask q using (rma, inspection_no);
drop table return_approval;
