-- What waits for Directory's data is tried again when a newer version than it saw is there.
alter table log.parked add column reference_version bigint not null default 0;
create index parked_deferred on log.parked (service, shard) where deferred;
