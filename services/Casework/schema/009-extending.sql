-- Tasks whose extension (延期) a supervisor has to decide: few, found among all.
alter table task add column extending boolean not null default false;
create index task_extending on task (due_at, key) where extending;
