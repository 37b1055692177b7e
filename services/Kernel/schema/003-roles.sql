-- What a process that logs in as one service's role needs of the log now and then, done as the owner: it may neither make nor
-- drop a table, nor delete another service's rows. The lock is for processes that do the same in the same minute.
create or replace function log.add_outbox_month(month date) returns void language plpgsql security definer set search_path = pg_catalog, log, pg_temp as $$
declare name text := 'outbox_' || to_char(month, 'YYYYMM');
begin
    if to_regclass('log.' || name) is not null then return; end if;
    perform pg_advisory_xact_lock(hashtext('log.outbox months'));
    if to_regclass('log.' || name) is not null then return; end if;
    execute format('create table log.%I partition of log.outbox for values from (%L) to (%L)',
        name, date_trunc('month', month)::date, (date_trunc('month', month) + interval '1 month')::date);
    execute format('create unique index on log.%I (service, shard, seq)', name);
end $$;

-- Months that ended more than so many days ago and that every registered consumer has read; the names of the dropped ones.
create function log.drop_read_months(older_than_days integer) returns setof text language plpgsql security definer set search_path = pg_catalog, log, pg_temp as $$
declare
    name text;
    unread boolean;
begin
    perform pg_advisory_xact_lock(hashtext('log.outbox months'));
    for name in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'log.outbox'::regclass
        and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' < now() - make_interval(days => older_than_days) order by 1
    loop
        execute format('select exists (select from log.%I o join log.cursor c on c.source = o.service and c.shard = o.shard and c.next_seq <= o.seq)', name) into unread;
        continue when unread;
        execute format('drop table log.%I', name);
        return next name;
    end loop;
end $$;

create function log.sweep_commands(older_than_days integer) returns void language sql security definer set search_path = pg_catalog, log, pg_temp as $$
    delete from log.command where at < clock_timestamp() - make_interval(days => older_than_days)
$$;

revoke execute on all functions in schema log from public;

-- A role writes its own service's rows and reads all; the relay of a service keeps its cursors as service 'relay', source = the
-- service. The owner is not held by these rules. A policy a role, because a constant costs the insert of 500 outbox rows about
-- 1 %, and cutting the name out of current_user at each row 2 to 4 %.
alter table log.outbox enable row level security;
alter table log.command enable row level security;
alter table log.parked enable row level security;
alter table log.shard enable row level security;
alter table log.cursor enable row level security;
create policy read_all on log.outbox for select using (true);
create policy read_all on log.command for select using (true);
create policy read_all on log.parked for select using (true);
create policy read_all on log.shard for select using (true);
create policy read_all on log.cursor for select using (true);

create function log.own_rows(service text) returns void language plpgsql as $$
begin
    if exists (select from pg_policies where schemaname = 'log' and tablename = 'cursor' and policyname = 'update_' || service) then return; end if;
    execute format('create policy %1$I on log.outbox for insert to %2$I with check (service = %3$L);
        create policy %1$I on log.command for insert to %2$I with check (service = %3$L);
        create policy %1$I on log.parked for insert to %2$I with check (service = %3$L);', 'insert_' || service, 'hub_' || service, service);
    execute format('create policy %1$I on log.parked for update to %3$I using (service = %4$L);
        create policy %2$I on log.parked for delete to %3$I using (service = %4$L);
        create policy %1$I on log.shard for update to %3$I using (service = %4$L);
        create policy %1$I on log.cursor for update to %3$I using (service = %4$L or (service = ''relay'' and source = %4$L));',
        'update_' || service, 'delete_' || service, 'hub_' || service, service);
end $$;
