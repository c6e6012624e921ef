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

-- The payload is a hint ("topic node"), so that a stream that has nothing to do with it sleeps on.
create function notify_changes() returns trigger language plpgsql as $$
begin
    perform pg_notify('changes', concat_ws(' ', topic, node_id))
        from (select distinct topic, node_id from added) as hint;
    return null;
end $$;
create trigger changes_notify after insert on changes
    referencing new table as added
    for each statement execute function notify_changes();
