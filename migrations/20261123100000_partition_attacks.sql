-- Lines by the week (Monday 00:00 UTC), so that what is too old goes by dropping a table. A console of
-- before this must be stopped first: it deletes by columns that are gone.

alter table attacks rename to attacks_before;
alter table ban_events rename to ban_events_before;
drop index attacks_at_idx, attacks_source_idx, attacks_arrival_idx, attacks_numbers_idx;
drop index ban_events_network_idx, ban_events_at_idx, ban_events_bans_idx, ban_events_arrival_idx;
alter table attacks_before drop constraint attacks_pkey;
alter table ban_events_before drop constraint ban_events_pkey;

-- No foreign key to `nodes`: attaching and dropping a week would lock that table, which every page reads.
-- A report locks its node's row, and removing a node deletes its lines.
create table attacks (
    node_id     bigint      not null,
    generation  bigint      not null,
    "offset"    bigint      not null,
    -- By the line itself; by arrival where the line names no date or one in the future.
    at          timestamptz not null,
    source      inet,
    kind        text        not null,
    extension   text,
    number      text,
    raw         text        not null,
    -- ISO 3166 alpha-2 and number of the autonomous system, of the source, when the line arrived.
    country     text,
    asn         bigint,
    -- User agent, where the line names it.
    agent       text,
    -- Of the number: what was tried to get out.
    prefix      text,
    -- What the node's call rules said about the number when the line arrived; null: nothing.
    rule        text,
    primary key (node_id, generation, "offset", at)
) partition by range (at);
create index attacks_at_idx on attacks (at desc);
create index attacks_source_idx on attacks (source, at desc);
-- The numbers that were called lately, without reading lines that name none.
create index attacks_numbers_idx on attacks (at desc) where number is not null;

create table ban_events (
    node_id    bigint      not null,
    generation bigint      not null,
    "offset"   bigint      not null,
    at         timestamptz not null,
    kind       text        not null,
    network    cidr        not null,
    primary key (node_id, generation, "offset", at)
) partition by range (at);
create index ban_events_network_idx on ban_events (network, at desc);
create index ban_events_at_idx on ban_events (at desc);

-- Makes the partition of a week, unless it is there. Attaching, unlike `create … partition of`, does
-- not wait for who reads or writes the others.
create function make_week(parent text, monday date) returns void language plpgsql as $$
declare
    week text := format('%s_%s', parent, to_char(monday, 'YYYYMMDD'));
begin
    if parent not in ('attacks', 'ban_events') or extract(isodow from monday) <> 1 then
        raise exception 'no week of a log: % %', parent, monday;
    end if;
    -- crate::advisory::WEEKS
    perform pg_advisory_xact_lock(17239, 5);
    if to_regclass(quote_ident(week)) is null then
        execute format('create table %I (like %I including all)', week, parent);
        execute format(
            'alter table %I attach partition %I for values from (%L) to (%L)', parent, week,
            monday::timestamp at time zone 'UTC', (monday + 7)::timestamp at time zone 'UTC'
        );
    end if;
end $$;

do $$
declare
    monday date;
begin
    for monday in
        select distinct date_trunc('week', at, 'UTC') at time zone 'UTC' from attacks_before
    loop
        perform make_week('attacks', monday);
    end loop;
    for monday in
        select distinct date_trunc('week', at, 'UTC') at time zone 'UTC' from ban_events_before
    loop
        perform make_week('ban_events', monday);
    end loop;
end $$;

insert into attacks (node_id, generation, "offset", at, source, kind, extension, number, raw)
select node_id, generation, "offset", at, source, kind, extension, number, raw from attacks_before;
insert into ban_events (node_id, generation, "offset", at, kind, network)
select node_id, generation, "offset", at, kind, network from ban_events_before;
drop table attacks_before, ban_events_before;

-- Lines that say why an address is banned and whose week is gone.
create table evidence (
    node_id    bigint      not null references nodes on delete cascade,
    generation bigint      not null,
    "offset"   bigint      not null,
    at         timestamptz not null,
    source     inet        not null,
    kind       text        not null,
    extension  text,
    number     text,
    raw        text        not null,
    primary key (node_id, generation, "offset")
);
create index evidence_source_idx on evidence (source, at desc);
