-- What an operator should act on, found by one replica once a minute: a page reads a few rows, whatever
-- finding them costs.
create table insights (
    -- domain::insight::Insight::kind and ::key
    kind    text        not null,
    key     text        not null,
    -- domain::insight::Insight
    facts   jsonb       not null,
    since   timestamptz not null,
    seen_at timestamptz not null,
    primary key (kind, key)
);

-- Put aside by an operator, for everybody.
create table insight_dismissals (
    id           bigint generated always as identity primary key,
    kind         text        not null,
    key          text        not null,
    until        timestamptz not null,
    user_id      bigint      references users,
    actor        text        not null,
    dismissed_at timestamptz not null,
    unique (kind, key)
);
