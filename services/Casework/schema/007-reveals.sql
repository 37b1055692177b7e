-- Who was shown to whom: a row an entry, found by its day; what it says stands in the case. It is never swept.
create table reveal (
    key text primary key,
    shard smallint not null,
    body json not null,
    inquiry_id text not null,
    revealed_at timestamptz not null
);
create index reveal_by_time on reveal (revealed_at, key);
