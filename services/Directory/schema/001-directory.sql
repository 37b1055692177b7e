-- What Directory publishes, one row a unit, officer, area, counter, catalogue entry, channel, calendar year and limit.
-- body.value is the protobuf message as JSON, so that a new field needs no migration.
create table entry (
    key text primary key,
    shard smallint not null,
    body json not null,
    kind text not null
);
create index entry_kind on entry (kind, key);

create table account (
    key text primary key,
    shard smallint not null,
    body json not null
);

-- The framework's data protection keys, sealed by the key ring.
create table data_key (
    key text primary key,
    shard smallint not null,
    body json not null
);
