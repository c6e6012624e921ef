-- A line is a kind of configuration and a scope: every node (node_id is null), or one node that has
-- its own. The kinds are domain::config::Kind.

-- Immutable versions, numbered from 1 within their line.
create table revisions (
    id         bigint generated always as identity primary key,
    kind       text        not null check (kind in ('call_rules', 'acl', 'profiles', 'jail')),
    node_id    bigint      references nodes on delete cascade,
    number     int         not null check (number > 0),
    -- The domain type of the kind, as it travels to workers.
    content    jsonb       not null,
    message    text        not null check (length(message) <= 500),
    user_id    bigint      references users,
    actor      text        not null,
    created_at timestamptz not null,
    unique nulls not distinct (kind, node_id, number)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'a row of % is never changed', tg_table_name;
end $$;
create trigger revisions_are_immutable before update on revisions
    for each row execute function refuse_change();

-- No number stands for two drafts, also of different lines or after a commit.
create sequence config_draft_versions;

-- What is being edited, one for each line; `version` refuses the slower of two editors.
create table config_drafts (
    kind       text        not null,
    node_id    bigint      references nodes on delete cascade,
    content    jsonb       not null,
    version    bigint      not null,
    based_on   bigint      references revisions on delete set null,
    user_id    bigint      references users,
    actor      text        not null,
    updated_at timestamptz not null,
    unique nulls not distinct (kind, node_id)
);

-- One revision on its way to nodes.
create table deployments (
    id          bigint generated always as identity primary key,
    revision_id bigint      not null references revisions on delete cascade,
    kind        text        not null,
    -- The line's newest revision when somebody rolled back to an older one.
    back_from   bigint      references revisions on delete set null,
    user_id     bigint      references users,
    actor       text        not null,
    created_at  timestamptz not null
);
create index deployments_kind_idx on deployments (kind, id);
create index deployments_revision_idx on deployments (revision_id);

create table deployment_nodes (
    deployment_id bigint      not null references deployments on delete cascade,
    node_id       bigint      not null references nodes on delete cascade,
    kind          text        not null,
    step          text        not null default 'pending' check (step in
                  ('pending', 'delivered', 'reloaded', 'verified', 'failed', 'rolled_back', 'superseded')),
    -- Counts tries from 1; an answer to an older one is passed over.
    attempt       int         not null default 1,
    -- Why it failed, was rolled back, or what it waits for.
    reason        text,
    -- [{"command", "reply", "at"}]: what the switch was asked and answered, word for word, inert.
    replies       jsonb       not null default '[]',
    -- The console got through on a new connection after the change.
    confirmed     boolean     not null default false,
    -- The console has tried to get through. Where it was away itself, a rollback says nothing against
    -- the change: it is tried again, so many times.
    confirm_tried boolean     not null default false,
    tried_again   int         not null default 0,
    created_at    timestamptz not null,
    delivered_at  timestamptz,
    reloaded_at   timestamptz,
    ended_at      timestamptz,
    primary key (deployment_id, node_id)
);
-- One at a time: a newer deployment supersedes the one that is under way.
create unique index deployment_nodes_one_under_way_key on deployment_nodes (node_id, kind)
    where step in ('pending', 'delivered', 'reloaded');
create index deployment_nodes_node_idx on deployment_nodes (node_id, deployment_id);

-- What each node shall have and was last seen to have.
create table node_configs (
    node_id     bigint not null references nodes on delete cascade,
    kind        text   not null,
    -- The node follows its own line; deployments of the fleet's line pass it over.
    own         boolean not null default false,
    -- Wanted: the newest deployment of this kind that includes the node and was not rolled back.
    wanted      bigint references deployments on delete set null,
    -- The last one that was verified; what holds again after a rollback.
    verified    bigint references deployments on delete set null,
    -- domain::config::Found without the files' texts.
    found       jsonb,
    found_at    timestamptz,
    -- The files' texts, sealed: cti.json may hold other programs' secrets.
    files       bytea,
    -- The switch's own view (lists and parameters it has loaded), where it differs from `verified`.
    loaded      jsonb,
    checked_at  timestamptz,
    -- Since when the node differs from `verified`; null: it does not.
    drift_since timestamptz,
    primary key (node_id, kind)
);

-- Rises with everything that changes what one worker is sent as wire::DesiredConfig.
alter table nodes add column config_version bigint not null default 0;
