-- What each node's jail holds now, by the worker's polling: the truth.
create table bans (
    node_id     bigint      not null references nodes on delete cascade,
    network     cidr        not null,
    since       timestamptz not null,
    -- Null is for ever.
    until       timestamptz,
    -- Null where the node's firewall cannot be read.
    in_firewall boolean,
    primary key (node_id, network)
);
create index bans_network_idx on bans (network);

-- One row for each banned network over all nodes, kept in the transaction that changes `bans`, so
-- that the page sorts and pages 100,000 of them by index.
create table banned (
    network       cidr        primary key,
    since         timestamptz not null,
    -- 'infinity' is for ever, so that sorting by time left works.
    until         timestamptz not null,
    nodes         integer     not null,
    -- How often it was banned before, on any node.
    repeats       integer     not null,
    not_effective boolean     not null
);
-- Both columns in one direction, so that each index serves both directions of its sort.
create index banned_since_idx on banned (since, network);
create index banned_until_idx on banned (until, network);
create index banned_repeats_idx on banned (repeats, network);
create index banned_nodes_idx on banned (nodes, network);
create index banned_not_effective_idx on banned (network) where not_effective;

-- Rows of `banned`, for "page 1 of n": counting 100,000 would cost more than the page.
create table banned_total (
    single   boolean primary key default true check (single),
    networks bigint  not null default 0
);
insert into banned_total default values;

-- Lines of fail2ban.log.
create table ban_events (
    node_id    bigint      not null references nodes on delete cascade,
    generation bigint      not null,
    "offset"   bigint      not null,
    at         timestamptz not null,
    kind       text        not null,
    network    cidr        not null,
    primary key (node_id, generation, "offset")
);
create index ban_events_network_idx on ban_events (network, at desc);
create index ban_events_at_idx on ban_events (at desc);
create index ban_events_bans_idx on ban_events (at) where kind = 'ban';
