-- How an account's orders ended, by the hour in which they did: what people look at instead of counting orders. The
-- supplier is empty where nobody delivered. within_* count the deliveries that took no longer than that, each once.
CREATE TABLE figures (
    account_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    supplier TEXT NOT NULL,
    cost_currency TEXT NOT NULL,
    currency TEXT NOT NULL,
    delivered BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    reversed BIGINT NOT NULL,
    sold_minor BIGINT NOT NULL,
    cost_minor BIGINT NOT NULL,
    within_1s BIGINT NOT NULL,
    within_3s BIGINT NOT NULL,
    within_10s BIGINT NOT NULL,
    within_30s BIGINT NOT NULL,
    within_120s BIGINT NOT NULL,
    later BIGINT NOT NULL,
    PRIMARY KEY (account_id, hour, supplier, cost_currency)
)/*sqlite WITHOUT ROWID*/;
