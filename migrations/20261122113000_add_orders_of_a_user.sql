-- The strip of one's own orders: those of the last half minute, those joined included.
create index orders_user_idx on orders (user_id, ordered_at);

alter table order_joins add column user_id bigint references users;
alter table order_joins add column joined_at timestamptz;
create index order_joins_user_idx on order_joins (user_id, joined_at);
