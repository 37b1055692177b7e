-- A task is written when it is dispatched, assigned, given its time, signed in and answered. No index holds its due time or state while it is
-- open, so that being given its time and signed in can stay on its page; being assigned and answered still move index entries.
-- A list of open tasks sorts those of its officer or unit; what is closed doesn't move any more.
drop index task_unit, task_open_officer, task_open;
create index task_officer on task (officer_id) where open;
create index task_unit on task (unit_code) where open;
create index task_closed on task (unit_code, due_at, key) where not open;
alter table task set (fillfactor = 50);
