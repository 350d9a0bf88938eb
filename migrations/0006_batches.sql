-- Files of top-ups that an account's staff has handed in. A line is one phone; once it is sold it names its order.
CREATE TABLE batches (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    made_by TEXT NOT NULL,
    lines_count BIGINT NOT NULL,
    submitted_at BIGINT,
    PRIMARY KEY (account_id, id)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE batch_lines (
    account_id TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    phone_number TEXT NOT NULL,
    product_id TEXT NOT NULL,
    value TEXT NOT NULL,
    reference TEXT,
    problem TEXT,
    order_id TEXT,
    PRIMARY KEY (account_id, batch_id, line),
    CHECK (problem IS NULL OR order_id IS NULL)
)/*sqlite WITHOUT ROWID*/;
