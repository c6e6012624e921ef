create table whitelist (
    id         bigint generated always as identity primary key,
    network    cidr        not null,
    note       text        not null check (length(note) <= 500),
    user_id    bigint      references users,
    actor      text        not null,
    created_at timestamptz not null,
    -- Null is for ever.
    expires_at timestamptz,
    all_nodes  boolean     not null,
    -- desired.version with which the workers heard of it.
    version    bigint      not null,
    -- Removed by hand or by expiry; the row stays for the address page and the audit log.
    removed_at timestamptz
);
create index whitelist_current_idx on whitelist (network) where removed_at is null;

create table whitelist_nodes (
    entry_id bigint not null references whitelist on delete cascade,
    node_id  bigint not null references nodes on delete cascade,
    primary key (entry_id, node_id)
);

-- What each node answered when the network was read back from file and running jail.
create table whitelist_proofs (
    node_id    bigint      not null references nodes on delete cascade,
    network    cidr        not null,
    in_file    boolean     not null,
    in_jail    boolean     not null,
    error      text,
    checked_at timestamptz not null,
    primary key (node_id, network)
);

-- Version of what the workers shall apply (domain::wire::Desired). Raised in the transaction that
-- changes the whitelist, so a version and what it means are always seen together.
create table desired (
    single      boolean primary key default true check (single),
    version     bigint  not null default 1,
    -- Of the protected addresses that change without anybody's order: nodes and signed-in operators.
    fingerprint bytea   not null default ''
);
insert into desired default values;
