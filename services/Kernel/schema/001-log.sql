-- The Kernel's own schema. What each table is for: kernel.md in the design, README.md beside this folder.
create table log.settings (
    only_row boolean primary key default true check (only_row),
    shards smallint not null,
    created_at timestamptz not null default clock_timestamp()
);

-- Mutex and sequencer of one (service, shard). Hot and tiny: room on the page keeps its updates in place.
create table log.shard (
    service text not null,
    shard smallint not null,
    next_seq bigint not null default 1,
    primary key (service, shard)
) with (fillfactor = 40);

create table log.outbox (
    service text not null,
    shard smallint not null,
    seq bigint not null,
    key text not null,
    type text not null,
    trace text,
    body bytea not null,
    recorded_at timestamptz not null
) partition by range (recorded_at);

create table log.cursor (
    service text not null,
    source text not null,
    shard smallint not null,
    next_seq bigint not null,
    recorded_at timestamptz,
    position text,
    primary key (service, source, shard)
) with (fillfactor = 40);

create table log.command (
    service text not null,
    id text not null,
    at timestamptz not null,
    answer bytea not null,
    primary key (service, id)
);
create index command_at on log.command (at);

create table log.parked (
    id bigint generated always as identity primary key,
    service text not null,
    source text not null,
    shard smallint not null,
    seq bigint not null,
    key text not null,
    type text not null,
    trace text,
    body bytea not null,
    recorded_at timestamptz not null,
    error text not null,
    tries integer not null default 1,
    deferred boolean not null default false,
    replay boolean not null default false,
    parked_at timestamptz not null default clock_timestamp(),
    unique (service, source, shard, seq)
);
create index parked_key on log.parked (service, shard, key);
create index parked_replay on log.parked (service, shard) where replay;

-- The city's clock, when it isn't the server's: now = base + (real - since) * rate.
create table log.clock (
    only_row boolean primary key default true check (only_row),
    base timestamptz not null,
    since timestamptz not null,
    rate double precision not null
);

create function log.city_now() returns timestamptz language sql volatile as $$
    select coalesce((select base + (clock_timestamp() - since) * rate from log.clock), clock_timestamp())
$$;

create function log.add_outbox_month(month date) returns void language plpgsql as $$
declare name text := 'outbox_' || to_char(month, 'YYYYMM');
begin
    if to_regclass('log.' || name) is null then
        execute format('create table log.%I partition of log.outbox for values from (%L) to (%L)',
            name, date_trunc('month', month)::date, (date_trunc('month', month) + interval '1 month')::date);
        execute format('create unique index on log.%I (service, shard, seq)', name);
    end if;
end $$;
