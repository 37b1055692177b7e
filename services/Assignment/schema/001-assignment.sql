create table inquiry (
    key text primary key,
    shard smallint not null,
    body json not null,
    waiting boolean not null
);
-- Inquiries with a task that no officer could take yet.
create index inquiry_waiting on inquiry (key) where waiting;

create table officer_load (
    shard smallint not null,
    unit_code text not null,
    officer_id text not null,
    value bigint not null,
    primary key (shard, unit_code, officer_id)
);
create index officer_load_unit on officer_load (unit_code);
