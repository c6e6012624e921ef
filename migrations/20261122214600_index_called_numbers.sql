-- The numbers that were called lately, the newest first, without reading lines that name none.
create index attacks_numbers_idx on attacks (at desc) where number is not null;
