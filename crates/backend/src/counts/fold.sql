-- Moves pending rows into the counters (counts::sql::fold_some). $1 events at most, $2 to $4 the oldest minutes,
-- hours of kinds and hours of keys that are kept, $5 one node or null, $6 rows at most, $7 keys of a full bucket,
-- $8 newcomers that it takes.
with taken as (
    delete from pending_counts
    where id in (
        select id from (
            select id, lines, sum(lines) over (order by id) as running
            from (
                select id, lines from pending_counts
                where $5::bigint is null or node_id = $5
                order by id limit $6
            ) oldest
        ) p
        where running - lines < $1::bigint
    )
    returning node_id, facet, starts, keys, events
), minutes as (
    select p.facet, n.node_id, u.start, u.key, sum(u.events)::bigint as events
    from taken p
    cross join lateral unnest(p.starts, p.keys, p.events) as u (start, key, events)
    cross join lateral (values (0), (p.node_id)) as n (node_id)
    group by 1, 2, 3, 4
), leveled as (
    select 0::smallint as level, facet, node_id, start, key, events
    from minutes cross join rolled
    where start >= case when facet = 0 then $2 else least($2, rolled.hours) end
    union all
    select 1, facet, node_id, date_trunc('hour', start, 'UTC'), key, sum(events)::bigint
    from minutes cross join rolled
    where case when facet = 0 then start >= $3
          else start >= least($4, rolled.days) and start < rolled.hours end
    group by 2, 3, 4, 5
    union all
    select 2, facet, node_id, date_trunc('day', start, 'UTC'), key, sum(events)::bigint
    from minutes cross join rolled
    where facet = 0 or start < rolled.days
    group by 2, 3, 4, 5
), moved as (
    insert into event_counts (level, node_id, start, kind, events)
    select level, node_id, start, key, events from leveled where facet = 0
    on conflict (level, node_id, start, kind) do update
    set events = event_counts.events + excluded.events
), offered as (
    select l.*,
           -- (Not `exists`: that may be read as a whole.)
           case when b.keys is not null then (
               select true from facet_counts c
               where c.level = l.level and c.facet = l.facet and c.node_id = l.node_id
                 and c.key = l.key and c.start = l.start
           ) is null else false end as crowds
    from leveled l
    left join facet_buckets b on b.level = l.level and b.facet = l.facet
        and b.start = l.start and b.node_id = l.node_id and b.keys >= $7::bigint
    where l.facet > 0
), crowd as (
    select *, row_number() over (
        partition by level, facet, node_id, start order by events desc
    ) as place
    from offered where crowds
), ranked as (
    insert into facet_counts (level, facet, node_id, key, start, events)
    select * from (
        select level, facet, node_id, key, start, events from offered where not crowds
        union all
        select level, facet, node_id, key, start, events from crowd where place <= $8::bigint
    ) taken_in
    order by level, facet, node_id, key collate "C", start
    on conflict (level, facet, node_id, key, start) do update
    set events = facet_counts.events + excluded.events
    returning level, facet, start, node_id, xmax = 0 as new
), grown as (
    insert into facet_buckets (level, facet, start, node_id, keys, floor)
    select level, facet, start, node_id, sum(keys), sum(floor) from (
        select level, facet, start, node_id, count(*) as keys, 0 as floor
        from ranked where new group by 1, 2, 3, 4
        union all
        select level, facet, start, node_id, 0, max(events)
        from crowd where place > $8::bigint group by 1, 2, 3, 4
    ) b
    group by 1, 2, 3, 4
    on conflict (level, facet, start, node_id) do update
    set keys = facet_buckets.keys + excluded.keys,
        floor = facet_buckets.floor + excluded.floor
), totals as (
    update facet_totals t set keys = t.keys + n.keys
    from (
        select level, facet, count(*) as keys from ranked where new group by 1, 2
    ) n
    where t.level = n.level and t.facet = n.facet
), weeks as (
    insert into log_weeks (log, week, rows)
    select case when key in ('ban', 'unban', 'restore', 'ban_other') then 'ban_events'
                else 'attacks' end,
           date_trunc('week', start, 'UTC') at time zone 'UTC', sum(events)
    from minutes where facet = 0 and node_id <> 0 group by 1, 2
    on conflict (log, week) do update set rows = log_weeks.rows + excluded.rows
)
select count(*) as "rows!" from taken
