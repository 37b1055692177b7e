-- Who of a unit is away, and when: a row a unit that ever had somebody on leave.
create table leave (
    key text primary key,
    shard smallint not null,
    body json not null,
    until_on date
);

-- Whose open tasks an inquiry has, so that those of an officer who goes on leave are found: '*' where several have one.
alter table inquiry add column officer text;
update inquiry i set officer = o.officer
from (
    select a.key, case when count(distinct t->>'officerId') > 1 then '*' else min(t->>'officerId') end as officer
    from inquiry a, json_array_elements(a.body->'tasks') t where not (t->>'ended')::boolean and t->>'officerId' is not null group by a.key
) o where o.key = i.key;
create index inquiry_officer on inquiry (officer) where officer is not null;
