-- What changed, for browsers and worker streams on every replica. NOTIFY only wakes the readers;
-- this table is the transport, so nothing is missed by a lost notification.
create table changes (
    id    bigint generated always as identity primary key,
    -- Ids are given before commit, so a reader must not pass over a transaction still running:
    -- it reads only rows whose transaction is older than every running one.
    xid   xid8        not null default pg_current_xact_id(),
    at    timestamptz not null default now(),
    topic text        not null,
    node_id bigint
);
create index changes_xid_idx on changes (xid, id);

create function notify_changes() returns trigger language plpgsql as $$
begin
    perform pg_notify('changes', '');
    return null;
end $$;
create trigger changes_notify after insert on changes
    for each statement execute function notify_changes();

-- Rises whenever whitelist, nodes or sessions change what the nodes shall be like.
create sequence desired_versions;
