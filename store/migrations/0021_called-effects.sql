-- Up Migration
-- A flow does not end while a call that was begun for it has no known end: few rows at any time.
create index effect_called_by_flow on effect (workflow_id) where state = 'called';
