-- What the code of an exception allows and this one could not go on by.
alter table exception add column not_offered text[] not null default '{}';
