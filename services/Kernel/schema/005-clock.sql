-- In plpgsql a session plans it once. As an SQL function it was planned at every call, and a query in it can't be folded into its caller:
-- 150 us a batch at 200 contacts a second.
create or replace function log.city_now() returns timestamptz language plpgsql volatile as $$
begin
    return coalesce((select base + (clock_timestamp() - since) * rate from log.clock), clock_timestamp());
end $$;
