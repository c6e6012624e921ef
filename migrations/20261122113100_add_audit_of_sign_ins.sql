-- "Has this user signed in from there before?" is asked with every try, right or wrong.
create index audit_sign_in_idx on audit (lower(actor), address) where action in ('sign in', 'setup');
