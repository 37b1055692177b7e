-- What a person made of a quarantine entry. Beside the entry and not in it: its raw bytes, up to 25 MB, are written once.
create table resolution (
    key text primary key,
    shard smallint not null,
    body json not null,
    state text not null
);
