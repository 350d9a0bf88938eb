-- Which attempt an order's delivery rests on, where that isn't the last one: an earlier one turned out delivered after
-- all.
ALTER TABLE orders ADD COLUMN delivered_by BIGINT;
