-- Which alerts a message speaks of (rule and subject): messages of one channel about the same are sent in
-- the order of their numbers. Empty: about none, a test.
alter table alert_deliveries add column about text[] not null default '{}';
