-- Open tasks under supervision (督办): few, found among all. Those that are so already say it in their case.
alter table task add column supervised boolean not null default false;
update task t set supervised = true
from case_file c, json_array_elements(c.body->'tasks') x
where t.open and c.key = t.inquiry_id and x->>'taskId' = t.key and json_array_length(x->'supervisions') > 0;
create index task_supervised on task (due_at, key) where supervised;
