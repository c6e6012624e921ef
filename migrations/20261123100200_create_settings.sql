-- What an admin has chosen on the page; without a row the settings file counts.
create table settings (
    single         boolean primary key default true check (single),
    retention_days integer not null check (retention_days between 1 and 400),
    attack_rows    bigint  not null check (attack_rows > 0),
    ban_event_rows bigint  not null check (ban_event_rows > 0)
);
