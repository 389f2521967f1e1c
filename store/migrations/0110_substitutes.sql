-- A store has not what was sold, and gives something else with the customer's consent: a line of that
-- item, in the same group. What was sold stays known.
alter table order_line add column instead_of text;

alter table pickup_rejection
  drop constraint pickup_rejection_outcome_check,
  add constraint pickup_rejection_outcome_check check (outcome in ('asked-again', 'cancelled',
    're-sourced', 'to-shipping', 'substituted'));
