-- The counters by month and county, kept by triggers, so that nobody can count a contact without its month: in an upgrade the programs of the
-- version before go on counting. They write `monthly` beside it, which nobody reads any more; it goes with the next version.
create table by_month (like monthly including all) with (fillfactor = 40);

create function count_months() returns trigger language plpgsql as $$
begin
    insert into statistics.by_month as m (shard, month, channel, area_code, measure, outcome, value)
    select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value) from counted group by 1, 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6, 1
    on conflict (month, channel, area_code, measure, outcome, shard) do update set value = m.value + excluded.value;
    return null;
end $$;

create function recount_months() returns trigger language plpgsql as $$
begin
    insert into statistics.by_month as m (shard, month, channel, area_code, measure, outcome, value)
    select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value)
    from (select * from counted union all select shard, day, channel, unit_code, area_code, measure, outcome, -value from counted_before) moved
    group by 1, 2, 3, 4, 5, 6 having sum(value) <> 0 order by 2, 3, 4, 5, 6, 1
    on conflict (month, channel, area_code, measure, outcome, shard) do update set value = m.value + excluded.value;
    return null;
end $$;

-- Nobody counts between the sums and the triggers.
lock table counter in share row exclusive mode;
insert into by_month (shard, month, channel, area_code, measure, outcome, value)
select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value) from counter group by 1, 2, 3, 4, 5, 6;
create trigger count_months after insert on counter referencing new table as counted for each statement execute function count_months();
create trigger recount_months after update on counter referencing old table as counted_before new table as counted for each statement execute function recount_months();
