-- What changes as the case goes on: small, rewritten with every fact. Lists read the columns, everything else the body.
create table case_file (
    key text primary key,
    shard smallint not null,
    body json not null,
    state text not null,
    channel text not null,
    unit_code text not null,
    officer_id text not null,
    received_at timestamptz,
    due_at timestamptz,
    late boolean not null,
    title text not null
) with (fillfactor = 70);
-- A case that was dispatched before its registration was heard is in no list yet.
create index case_received on case_file (received_at, key) where received_at is not null;
create index case_unit on case_file (unit_code, received_at, key) where received_at is not null;
create index case_late on case_file (received_at, key) where late;
-- None on state: it changes with every act, and an index would take most updates off their page (40 % stayed instead of 68 %).

-- What was said: written once, again only when a contact is added.
create table case_text (
    key text primary key,
    shard smallint not null,
    body json not null,
    search_form text not null
);

create table answer (
    key text primary key,
    shard smallint not null,
    body json not null
);

-- The worklists. due_at is infinity until Sla has said when.
create table task (
    key text primary key,
    shard smallint not null,
    body json not null,
    inquiry_id text not null,
    unit_code text not null,
    officer_id text not null,
    state text not null,
    open boolean not null,
    due_at timestamptz not null,
    dispatched_at timestamptz not null
) with (fillfactor = 70);
create index task_inquiry on task (inquiry_id);
create index task_unit on task (unit_code, due_at, key);
create index task_open_officer on task (officer_id, due_at, key) where open;
create index task_open on task (due_at, key) where open;
