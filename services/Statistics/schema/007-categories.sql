-- What people come with (热点事项): contacts of a day by the catalogue's entry. Of what was counted before this, only the lines of tally
-- sheets say theirs; the rest stays without one, so that categories add up to the day's contacts all the same.
alter table fact add column category_code text;
update fact set category_code = substring(key from '[^#]*$') where outcome = 'Tallied';

create table category (
    shard smallint not null,
    day text not null,
    category_code text not null,
    value bigint not null,
    primary key (day, category_code, shard)
) with (fillfactor = 60);

insert into category (shard, day, category_code, value)
select 0, day, coalesce(category_code, ''), sum(contacts) from fact where contacts > 0 group by day, coalesce(category_code, '');
