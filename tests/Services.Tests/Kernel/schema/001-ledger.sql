create table entry (key text primary key, shard smallint not null, body json not null, last text);
create table tally (shard smallint not null, word text not null, value bigint not null, primary key (shard, word));
