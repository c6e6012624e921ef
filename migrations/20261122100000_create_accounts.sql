-- Who can sign in, what they hold in the browser, and what they did.

create table users (
    id            bigint generated always as identity primary key,
    -- Compared without case: "Ann" and "ann" are one person.
    name          text        not null check (length(name) between 1 and 64),
    password_hash text        not null,
    role          text        not null check (role in ('viewer', 'operator', 'admin')),
    disabled_at   timestamptz,
    -- Rises with a new password, disabling and demotion. A session of an older epoch is dead, also
    -- one that was being written at that very moment.
    epoch         bigint      not null default 0,
    created_at    timestamptz not null
);
create unique index users_name_key on users (lower(name));

-- The first visit creates the first admin with one of these, and all of them go away with it. Each
-- replica prints its own at start, since only the hash is kept.
create table setup_tokens (
    token_hash bytea       primary key,
    created_at timestamptz not null
);

-- Wrong passwords and setup tokens of the last minutes, for the throttle. Names are kept as typed
-- in (in lower case), whether such a user exists or not.
create table sign_in_failures (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    -- The address; for IPv6 its /64, which is what one attacker has.
    network cidr        not null,
    name    text        not null
);
create index sign_in_failures_network_idx on sign_in_failures (network, at);
create index sign_in_failures_name_idx on sign_in_failures (name, at);
create index sign_in_failures_at_idx on sign_in_failures (at);

-- Only a SHA-256 of the cookie's value is stored, so a copy of the table signs nobody in.
create table sessions (
    id_hash    bytea       primary key,
    data       jsonb       not null,
    expires_at timestamptz not null,
    -- Set at sign-in, so that sign-out, password change and demotion end every session of a user at
    -- once, and so that an operator's own address is never banned.
    user_id    bigint      references users on delete cascade,
    -- users.epoch at sign-in.
    epoch      bigint,
    address    inet
);
create index sessions_expires_at_idx on sessions (expires_at);
create index sessions_user_id_idx on sessions (user_id);

create table audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    -- The name is kept beside the id: it must still read right when the user is gone.
    user_id bigint,
    actor   text        not null,
    address inet,
    action  text        not null,
    object  text        not null,
    before  jsonb,
    after   jsonb
);
create index audit_at_idx on audit (at desc);

-- The application writes audit rows and never touches them again.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();
