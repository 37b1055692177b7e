-- Who owns a row is named by its key; text and addresses are sealed in it.
create table contact (key text primary key, shard smallint not null, body json not null);
create table sequence (key text primary key, shard smallint not null, body json not null) with (fillfactor = 40);
create table call (key text primary key, shard smallint not null, body json not null);
create table tally (key text primary key, shard smallint not null, body json not null);
create table thread (key text primary key, shard smallint not null, body json not null);
create table inquiry (key text primary key, shard smallint not null, body json not null);

create table delivery (
    key text primary key,
    shard smallint not null,
    body json not null,
    inquiry_id text not null,
    door text not null,
    state text not null,
    due_at timestamptz,
    thread_key text
);
create index delivery_inquiry on delivery (inquiry_id);
create index delivery_due on delivery (door, due_at) where due_at is not null;
create index delivery_open on delivery (key) where state <> 'Delivered';
create index delivery_waiting on delivery (thread_key) where state = 'Waiting' and thread_key is not null;

create table quarantine (
    key text primary key,
    shard smallint not null,
    body json not null,
    door text not null,
    received_at timestamptz not null,
    raw bytea not null
);
create index quarantine_newest on quarantine (received_at desc, key desc);
