-- How many lines there were: in each minute (level 0), hour (1) and day (2), of each node and (node 0)
-- of all. No panel counts raw lines. Of kinds all three are moved at once; keys (addresses, extensions, …)
-- are many, so theirs are moved by minutes, and rolled up when an hour or a day is over.

-- A report's own sums, written in the transaction that stores its lines. One row for each facet; the
-- arrays are as long as each other. Readers add them to the tables below; folding moves them there, in
-- one transaction, many reports at a time: two reports never wait for each other's counters.
create table pending_counts (
    id      bigint generated always as identity primary key,
    node_id bigint        not null,
    -- 0: kinds; 1 to 5: source, network (ASN), country, extension, prefix.
    facet   smallint      not null,
    -- Whole minutes.
    starts  timestamptz[] not null,
    keys    text[]        not null,
    events  bigint[]      not null,
    -- Sum of `events`.
    lines   bigint        not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
-- Written once and read a few times within a second: not worth compressing.
alter table pending_counts alter column starts set storage external;
alter table pending_counts alter column keys set storage external;
alter table pending_counts alter column events set storage external;

-- Kinds of attack lines; `ban`, `unban`, `restore`, `ban_other` of fail2ban's log.
create table event_counts (
    level   smallint    not null,
    node_id bigint      not null,
    start   timestamptz not null,
    kind    text        not null,
    events  bigint      not null,
    primary key (level, node_id, start, kind)
);

create table facet_counts (
    level   smallint    not null,
    facet   smallint    not null,
    node_id bigint      not null,
    -- Compared byte by byte, which is all that is asked of it.
    key     text        not null collate "C",
    start   timestamptz not null,
    events  bigint      not null,
    -- One key through all times is one stretch of it.
    primary key (level, facet, node_id, key, start)
);
-- Hours and days that began before these are rolled up: what comes late for them is moved into them, too.
create table rolled (
    single boolean     primary key default true check (single),
    hours  timestamptz not null,
    days   timestamptz not null
);

-- Every line once, in the longest bucket there is.
create view facet_lines as
select facet, node_id, key, start, events from facet_counts where level = 2
union all
select facet, node_id, key, start, events from facet_counts
where level = 1 and start >= (select days from rolled)
union all
select facet, node_id, key, start, events from facet_counts
where level = 0 and start >= (select hours from rolled);

-- The rank of the keys of one bucket. (All of them have events; who does not ask for that, asks for keys,
-- and must not be sent through whole buckets by a planner who has not heard of a flood yet.)
create index facet_counts_rank_idx on facet_counts (level, facet, node_id, start, events desc)
    include (key) where events > 0;

-- Rows of each bucket of `facet_counts`: what is swept, what is capped.
create table facet_buckets (
    level   smallint    not null,
    facet   smallint    not null,
    start   timestamptz not null,
    node_id bigint      not null,
    keys    bigint      not null,
    -- A key that is not in a bucket that was full has no more events than this; 0: none was left out.
    floor   bigint      not null default 0,
    primary key (level, facet, start, node_id)
);

-- Over all buckets of a level.
create table facet_totals (
    level smallint    not null,
    facet smallint    not null,
    keys  bigint      not null,
    -- Buckets that begin before this are gone, or never were, all or some.
    since timestamptz not null default '-infinity',
    primary key (level, facet)
);

-- Rows of each partition, as far as they are folded: the cap needs no counting.
create table log_weeks (
    log  text   not null check (log in ('attacks', 'ban_events')),
    week date   not null,
    rows bigint not null,
    primary key (log, week)
);

-- Nodes that are gone while lines or counts of them are left.
create table removed_nodes (
    node_id bigint primary key
);

-- What there was before, from the minutes that were counted and the lines that are kept.
insert into event_counts (level, node_id, start, kind, events)
with counted as (
    select node_id, minute as start, kind, lines as events from attack_minutes
    union all
    select node_id, date_trunc('minute', at, 'UTC'),
           case kind when 'other' then 'ban_other' else kind end, count(*)
    from ban_events group by 1, 2, 3
)
select l.level, n.node_id, date_trunc(l.unit, c.start, 'UTC'), c.kind, sum(c.events)
from counted c
cross join (values (0::smallint, 'minute'), (1, 'hour'), (2, 'day')) as l (level, unit)
cross join lateral (values (0), (c.node_id)) as n (node_id)
group by 1, 2, 3, 4;
drop table attack_minutes;

insert into facet_counts (level, facet, node_id, key, start, events)
select l.level, f.facet, n.node_id, f.key, date_trunc(l.unit, a.at, 'UTC'), count(*)
from attacks a
cross join lateral (values (1::smallint, host(a.source)), (4, nullif(a.extension, ''))) as f (facet, key)
cross join (values (0::smallint, 'minute'), (1, 'hour'), (2, 'day')) as l (level, unit)
cross join lateral (values (0), (a.node_id)) as n (node_id)
where f.key is not null and (l.level > 0 or a.at > now() - interval '49 hours')
  and date_trunc(l.unit, a.at, 'UTC') < date_trunc(l.unit, now() + interval '1 minute', 'UTC')
group by 1, 2, 3, 4, 5;
insert into rolled (hours, days)
select date_trunc('hour', made, 'UTC'), date_trunc('day', made, 'UTC')
-- Nothing is rolled up where there was nothing.
from (select case when exists (select from attacks) then now() else 'epoch' end) as at (made);
insert into facet_buckets (level, facet, start, node_id, keys)
select level, facet, start, node_id, count(*) from facet_counts group by 1, 2, 3, 4;
insert into facet_totals (level, facet, keys, since)
select l.level, f.facet, coalesce(sum(b.keys), 0),
       -- Countries, networks and prefixes of those lines were not looked up.
       case when f.facet in (2, 3, 5) and exists (select from attacks) then now() else '-infinity' end
from generate_series(0, 2) as l (level)
cross join generate_series(1, 5) as f (facet)
left join facet_buckets b on b.level = l.level and b.facet = f.facet
group by 1, 2;

insert into log_weeks (log, week, rows)
select 'attacks', date_trunc('week', at, 'UTC') at time zone 'UTC', count(*) from attacks group by 2
union all
select 'ban_events', date_trunc('week', at, 'UTC') at time zone 'UTC', count(*)
from ban_events group by 2;

-- Counts of minutes with what is not folded yet.
create view event_minutes as
select node_id, start, kind, events from event_counts where level = 0
union all
select n.node_id, u.start, u.kind, u.events
from pending_counts p
cross join lateral unnest(p.starts, p.keys, p.events) as u (start, kind, events)
cross join lateral (values (0), (p.node_id)) as n (node_id)
where p.facet = 0;
