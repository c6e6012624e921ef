create table nodes (
    id                bigint generated always as identity primary key,
    name              text        not null unique check (name ~ '^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$'),
    created_at        timestamptz not null,
    -- SHA-256 of the worker's bearer token; null until enrolled and after revocation.
    token_hash        bytea       unique,
    enrolled_at       timestamptz,
    revoked_at        timestamptz,
    -- One-time code of the pasted command.
    enrol_code_hash   bytea       unique,
    enrol_expires_at  timestamptz,
    -- The last time the worker was heard, by report or stream.
    seen_at           timestamptz,
    -- Where its requests come from.
    address           inet,
    -- domain::health::Health, newest only.
    health            jsonb,
    health_at         timestamptz,
    -- Rises with each stored ban list; the worker's differences name it.
    ban_list_version  bigint      not null default 0,
    -- Rows of the node in `bans`: counting 100,000 for each page would cost more than the page.
    bans              bigint      not null default 0,
    -- What the worker last proved to have applied of domain::wire::Desired.
    desired_version   bigint      not null default 0,
    -- Rises with every stream of orders that is opened; an older stream ends when it sees a newer one.
    stream            bigint      not null default 0,
    -- The worker process that acts for the node, and the ones it took over from: two workers with
    -- one token must not take turns.
    instance          text,
    fenced            text[]      not null default '{}'
);

-- How far each log of a node is stored. Moved in the transaction that stores the events, so an
-- event is stored exactly once whatever is sent twice.
create table log_cursors (
    node_id    bigint not null references nodes on delete cascade,
    source     text   not null check (source in ('attacks', 'fail2ban')),
    generation bigint not null,
    "offset"   bigint not null,
    mark       bigint not null,
    primary key (node_id, source)
);

-- Bytes of a log that vanished before they could be read: shown, never silently skipped.
create table log_gaps (
    id         bigint generated always as identity primary key,
    node_id    bigint      not null references nodes on delete cascade,
    source     text        not null,
    generation bigint      not null,
    from_byte  bigint      not null,
    to_byte    bigint      not null,
    cause      text        not null,
    at         timestamptz not null,
    unique (node_id, source, generation, from_byte)
);

-- One row for each instruction to one worker; it stays "waiting" until the worker has answered, so a
-- dead node does it when it is back.
create table orders (
    id          bigint generated always as identity primary key,
    -- Orders given with one click share it: one result line per node under one heading.
    batch       bigint      not null,
    node_id     bigint      not null references nodes on delete cascade,
    act         text        not null check (act in ('ban', 'unban', 'install_jail')),
    network     cidr,
    reason      text,
    user_id     bigint      references users,
    actor       text        not null,
    ordered_at  timestamptz not null,
    state       text        not null default 'waiting'
                check (state in ('waiting', 'done', 'already_so', 'refused', 'failed', 'superseded')),
    detail      text,
    finished_at timestamptz
);
create sequence order_batches;
create index orders_waiting_idx on orders (node_id, id) where state = 'waiting';
-- Two operators at once give one order: the second click joins the first.
create unique index orders_one_waiting_key on orders (node_id, network) where state = 'waiting';
create index orders_network_idx on orders (network, node_id, id);
create index orders_batch_idx on orders (batch);

-- Clicks that found their order waiting already.
create table order_joins (
    batch    bigint not null,
    order_id bigint not null references orders on delete cascade,
    primary key (batch, order_id)
);
