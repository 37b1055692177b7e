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

insert into monthly (shard, month, channel, area_code, measure, outcome, value)
select shard, left(day, 7), channel, left(area_code, 6), measure, outcome, sum(value) from counter group by 1, 2, 3, 4, 5, 6 having sum(value) <> 0;
