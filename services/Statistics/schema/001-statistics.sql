-- A row a contact, and a row a line of a tally sheet. The head row of a key carries in its body what each producer said about it.
-- Counts may be zero: a fact that is not registered yet, or a tally line that a later revision dropped.
create table fact (
    key text primary key,
    shard smallint not null,
    body json not null,
    contact_id text,
    inquiry_id text,
    day text,
    channel text,
    unit_code text,
    area_code text,
    contacts bigint not null,
    inquiries bigint not null,
    outcome text,
    received_at timestamptz
) with (fillfactor = 80);
create index fact_day on fact (day, key);

-- Deltas of facts, kept per shard and summed when read. The day leads the key: every question names a period.
create table counter (
    shard smallint not null,
    day text not null,
    channel text not null,
    unit_code text not null,
    area_code text not null,
    measure text not null,
    outcome text not null,
    value bigint not null,
    primary key (day, channel, unit_code, area_code, measure, outcome, shard)
) with (fillfactor = 80);

-- Contacts of a day by channel, for those who watch.
create table daily (
    shard smallint not null,
    day text not null,
    channel text not null,
    value bigint not null,
    primary key (day, channel, shard)
) with (fillfactor = 60);

-- When a shard's figures last changed, by the city's clock.
create table changed (key text primary key, shard smallint not null, body json not null, at timestamptz not null) with (fillfactor = 60);
