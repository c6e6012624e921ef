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
