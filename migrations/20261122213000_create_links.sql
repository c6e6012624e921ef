-- Which key sealed what is stored: a replica with another one must not start.
create table secret_key (
    one        boolean     primary key default true check (one),
    key_id     text        not null,
    -- A known text, sealed.
    proof      bytea       not null,
    created_at timestamptz not null
);

-- The Event Socket of a node, and which replica holds the connection.
create table node_links (
    node_id     bigint primary key references nodes on delete cascade,
    host        text   not null,
    port        int    not null check (port between 1 and 65535),
    -- Both or none: a directory user instead of the password of event_socket.conf.
    user_name   text,
    domain      text,
    check ((user_name is null) = (domain is null)),
    -- Sealed with the key `key_id`.
    password    bytea  not null,
    key_id      text   not null,
    -- Rises with each change of the above: the holder connects anew.
    version     bigint not null default 1,
    -- The lease, in the database's time. `fence` rises whenever the lease is taken: what is written with
    -- an older one has no effect.
    replica     text,
    fence       bigint not null default 0,
    lease_until timestamptz,
    -- backend::links::LinkStatus as the holder last saw it.
    status      jsonb,
    status_at   timestamptz
);

-- Addresses that a switch has business with and that are never banned on its node.
create table node_peers (
    node_id bigint not null references node_links on delete cascade,
    address inet   not null,
    kind    text   not null check (kind in ('phone', 'gateway')),
    -- Whose: the first phone's user, or the gateway's name.
    name    text   not null,
    primary key (node_id, address)
);
