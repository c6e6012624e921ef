-- What concerns one node only (its phones and gateways) is no reason to send every other one its list
-- again. `version` stays the counter; a node's own version is the newer of the two below.
alter table desired add column everybody bigint not null default 1;
update desired set everybody = version;
-- When what concerns everybody changed last.
alter table nodes add column own_desired bigint not null default 0;
