-- The indexes of before 003: no update of a task stayed on its page for that (a column in any index, a partial one too, keeps it off), and a
-- list of 57,000 open tasks, sorted, took 655 ms.
drop index task_officer, task_unit, task_closed;
create index task_unit on task (unit_code, due_at, key);
create index task_open_officer on task (officer_id, due_at, key) where open;
create index task_open on task (due_at, key) where open;
alter table task set (fillfactor = 70);
