-- How well units work (办理质量): what came back, satisfied, was solved or done again, a row an inquiry, unit and kind; most inquiries have
-- none. What happened before this isn't known here.
create table mark (
    key text primary key,
    shard smallint not null,
    body json not null,
    fact text not null,
    word text not null,
    unit_code text not null,
    day text,
    count bigint not null
) with (fillfactor = 80);
create index mark_day on mark (day, unit_code);
