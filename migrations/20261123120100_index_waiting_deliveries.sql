-- What waits for a channel, in order.
create index alert_deliveries_order_idx on alert_deliveries (channel_id, id) where state = 'waiting';
