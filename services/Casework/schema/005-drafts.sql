-- What people are writing: a row a person and scope, the texts sealed. Read and written by its key only; the sweep looks once an hour.
create table draft (
    key text primary key,
    shard smallint not null,
    body json not null,
    saved_at timestamptz not null
);
create index draft_old on draft (saved_at);
