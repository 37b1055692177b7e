-- A row of counter is almost one a contact: a dashboard that reads a year of them slows down as they grow (35 questions a second on an empty
-- city, 8 at 100,000 contacts). By month and county there are a few thousand, whatever came in.
create table monthly (
    shard smallint not null,
    month text not null,
    channel text not null,
    area_code text not null,
    measure text not null,
    outcome text not null,
    value bigint not null,
    primary key (month, channel, area_code, measure, outcome, shard)
) with (fillfactor = 40);

-- Triggers, so that nobody can count a contact without its month: in an upgrade the programs of the version before go on counting.
create function count_months() returns trigger language plpgsql as $$
begin
    insert into statistics.monthly as m (shard, month, channel, area_code, measure, outcome, value)
    select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value) from counted group by 1, 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6, 1
    on conflict (month, channel, area_code, measure, outcome, shard) do update set value = m.value + excluded.value;
    return null;
end $$;

create function recount_months() returns trigger language plpgsql as $$
begin
    insert into statistics.monthly as m (shard, month, channel, area_code, measure, outcome, value)
    select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value)
    from (select * from counted union all select shard, day, channel, unit_code, area_code, measure, outcome, -value from counted_before) moved
    group by 1, 2, 3, 4, 5, 6 having sum(value) <> 0 order by 2, 3, 4, 5, 6, 1
    on conflict (month, channel, area_code, measure, outcome, shard) do update set value = m.value + excluded.value;
    return null;
end $$;

-- Nobody counts between the sums and the triggers.
lock table counter in share row exclusive mode;
insert into monthly (shard, month, channel, area_code, measure, outcome, value)
select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value) from counter group by 1, 2, 3, 4, 5, 6;
create trigger count_months after insert on counter referencing new table as counted for each statement execute function count_months();
create trigger recount_months after update on counter referencing old table as counted_before new table as counted for each statement execute function recount_months();
