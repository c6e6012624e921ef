-- The order in which lines arrived. Retention takes the oldest by it, and holds a number of rows
-- without counting them: each row has its own number, so those with the newest n are at most n.

create sequence attacks_arrival_seq;
-- Null: out of the queue, kept for a ban that is still held.
alter table attacks add column arrival bigint default nextval('attacks_arrival_seq');
alter sequence attacks_arrival_seq owned by attacks.arrival;
create index attacks_arrival_idx on attacks (arrival);

alter table ban_events add column arrival bigint generated always as identity;
create index ban_events_arrival_idx on ban_events (arrival);
