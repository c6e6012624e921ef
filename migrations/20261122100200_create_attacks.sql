-- One row for each line of cti_fail2ban.log.
create table attacks (
    node_id     bigint      not null references nodes on delete cascade,
    generation  bigint      not null,
    "offset"    bigint      not null,
    -- By the line itself; by arrival where the line names no date or one in the future.
    at          timestamptz not null,
    source      inet,
    kind        text        not null,
    extension   text,
    number      text,
    raw         text        not null,
    primary key (node_id, generation, "offset")
);
create index attacks_at_idx on attacks (at desc);
create index attacks_source_idx on attacks (source, at desc);

-- Lines per minute, kept in the transaction that stores them, so that no chart counts raw lines.
create table attack_minutes (
    minute  timestamptz not null,
    node_id bigint      not null references nodes on delete cascade,
    kind    text        not null,
    lines   bigint      not null,
    primary key (minute, node_id, kind)
);
