-- Sessions that nothing has ended: of nobody, or of a user who is not disabled and still of the epoch of the
-- sign-in. Whoever reads them looks at `expires_at` too, by the console's clock.
create view usable_sessions as
select s.id_hash, s.data, s.expires_at, s.address, s.user_id, u.name, u.role, u.epoch
from sessions s
left join users u on u.id = s.user_id
where s.user_id is null or (u.disabled_at is null and u.epoch = s.epoch);
