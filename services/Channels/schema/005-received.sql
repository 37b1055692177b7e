-- What the doors acknowledged, counted by themselves, by the day and channel on which it counts: the other side of what Statistics counts.
create table received (
    shard smallint not null,
    day text not null,
    channel text not null,
    value bigint not null,
    primary key (day, channel, shard)
) with (fillfactor = 60);

-- A city that was there before kept no count until now: its first whole day is tomorrow. A new one has all of them, and no row here.
create table received_from (day text not null);
insert into received_from select to_char((log.city_now() at time zone interval '08:00') + interval '1 day', 'YYYY-MM-DD')
where exists (select from contact) or exists (select from tally) or exists (select from call);
