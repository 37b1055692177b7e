create table inquiry_clocks (
    key text primary key,
    shard smallint not null,
    body json not null,
    next_due_at timestamptz
) with (fillfactor = 70);
-- The sweep: due keys of a shard, at a million open clocks as quickly as at ten.
create index inquiry_clocks_due on inquiry_clocks (shard, next_due_at) where next_due_at is not null;
