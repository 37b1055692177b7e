-- Kafka as the second log. Events carry the hub's id: two hubs on one cluster don't take each other's.
alter table log.settings add column hub_id uuid not null default gen_random_uuid();

-- The relay is a consumer of its own, one a producing service; it begins where the slowest reader stands, or at what comes next.
create function log.register_relay(of_source text) returns void language sql security definer set search_path = pg_catalog as $$
    insert into log.cursor (service, source, shard, next_seq, recorded_at)
    select 'relay', s.service, s.shard, coalesce((select min(c.next_seq) from log.cursor c where c.source = s.service and c.shard = s.shard and c.service <> 'relay'), s.next_seq), 
        (select min(c.recorded_at) from log.cursor c where c.source = s.service and c.shard = s.shard and c.service <> 'relay')
    from log.shard s where s.service = of_source on conflict do nothing
$$;

-- Has the relay publish again from a seq on, or from where the slowest consumer stands. Answers the first seq from there on that is still kept.
create function log.publish_again(of_source text, of_shard smallint, from_seq bigint) returns bigint language plpgsql security definer set search_path = pg_catalog as $$
declare wanted bigint := coalesce(from_seq, (select min(next_seq) from log.cursor where source = of_source and shard = of_shard and service <> 'relay'));
begin
    update log.cursor set next_seq = least(next_seq, wanted), recorded_at = (select min(c.recorded_at) from log.cursor c where c.source = of_source and c.shard = of_shard)
    where service = 'relay' and source = of_source and shard = of_shard;
    return (select min(seq) from log.outbox where service = of_source and shard = of_shard and seq >= wanted);
end $$;

revoke execute on function log.register_relay(text), log.publish_again(text, smallint, bigint) from public;
