-- A counter's list of its day, of walk-ins only: other doors leave both empty and have no entry in the index.
alter table contact add column counter_id text, add column counter_on date;
create index contact_counter on contact (counter_id, counter_on) where counter_id is not null;
