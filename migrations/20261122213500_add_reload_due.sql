-- A worker put the old file back: the switch must be told to load it, whatever the worker could do.
alter table node_configs add column reload_due boolean not null default false;
