-- 回访: answers that somebody has to call about, few, found among all. Rows of before are in no queue until something of their case changes.
alter table task add column follow_up_at timestamptz, add column dissatisfied boolean not null default false;
create index task_follow_up on task (dissatisfied desc, follow_up_at, key) where follow_up_at is not null;
