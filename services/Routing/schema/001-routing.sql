create table inquiry (
    key text primary key,
    shard smallint not null,
    body json not null,
    held_since timestamptz
);
-- The dispatcher's queue, oldest first.
create index inquiry_held on inquiry (held_since, key) where held_since is not null;
