-- The calls at the operators' desks: since when a call rings, is talked or waits for its registration; null for all others.
alter table call add column live_since timestamptz;
create index call_live on call (live_since) where live_since is not null;
