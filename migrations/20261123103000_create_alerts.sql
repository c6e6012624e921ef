-- Who is told. What is secret (a webhook's address and signing secret, a mail account's password) is
-- sealed; `settings` holds what everybody may read.
create table alert_channels (
    id         bigint generated always as identity primary key,
    name       text        not null unique,
    kind       text        not null check (kind in ('webhook', 'email')),
    -- backend::alerts::channels::Shown
    settings   jsonb       not null,
    secrets    bytea       not null,
    key_id     text        not null,
    language   text        not null check (language in ('en', 'zh')),
    -- Most messages in an hour, and how many were held back since the last one that was not.
    per_hour   int         not null check (per_hour between 1 and 600),
    suppressed bigint      not null default 0,
    created_at timestamptz not null
);

-- What an admin has set of a rule (domain::alert::Rule); a rule without a row has its default.
create table alert_rules (
    kind       text        primary key,
    settings   jsonb       not null,
    updated_at timestamptz not null
);

-- One row for each thing that is so, was so lately, or may be: domain::alert::State.
create table alerts (
    rule      text        not null,
    -- What it is about within the rule: 'all', a node's number, a country.
    subject   text        not null,
    -- domain::alert::Fact, as it was when something was last said of it.
    fact      jsonb       not null,
    since     timestamptz not null,
    opened_at timestamptz,
    over_at   timestamptz,
    believed  boolean     not null,
    told_at   timestamptz,
    primary key (rule, subject)
);

-- What the rounds remember besides, one row for each rule that is watched.
create table alert_rounds (
    rule       text        primary key,
    -- Since when it is watched without a break; and when last.
    began_at   timestamptz not null,
    looked_at  timestamptz not null,
    -- When a message of it was written last: what comes soon after is gathered.
    told_at    timestamptz
);

-- Countries that attacks came from, so that a new one is known as such.
create table alert_countries (
    country text primary key,
    -- The newest day with a line from there.
    seen_on date not null
);

-- The outbox: written in the transaction that changes `alerts`, sent afterwards.
create table alert_deliveries (
    id            bigint generated always as identity primary key,
    -- The message's own id, the same at each try.
    message_id    text        not null unique,
    channel_id    bigint      not null references alert_channels on delete cascade,
    test          boolean     not null default false,
    title         text        not null,
    -- What is sent: JSON for a webhook, plain text for e-mail.
    body          text        not null,
    state         text        not null default 'waiting' check (state in ('waiting', 'sent', 'given_up')),
    tries         int         not null default 0,
    -- backend::alerts::Outcome of the last try.
    outcome       text,
    created_at    timestamptz not null,
    next_try_at   timestamptz not null,
    -- A replica is at it until then.
    claimed_until timestamptz,
    finished_at   timestamptz
);
create index alert_deliveries_waiting_idx on alert_deliveries (next_try_at) where state = 'waiting';
create index alert_deliveries_channel_idx on alert_deliveries (channel_id, created_at);
