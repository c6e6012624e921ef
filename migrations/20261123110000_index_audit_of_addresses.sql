-- The page of an address shows who whitelisted it, and whose ban of it was refused.
create index audit_of_addresses_idx on audit (object, at desc)
    where action in ('ban refused', 'whitelist add', 'whitelist remove', 'whitelist restore',
                     'whitelist expired');
