-- Where accounts are signed in: a row an account, so that a new password ends the others under the same lock as a sign-in begins one.
-- ends_at is the last one's end; the sweep looks once an hour.
create table session (
    key text primary key,
    shard smallint not null,
    body json not null,
    ends_at timestamptz not null
);
create index session_old on session (ends_at);
