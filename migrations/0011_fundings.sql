-- Money that people of the house pay into an account's balance, or out of it. Its id is that of the deposit which it
-- becomes, and the ledger takes that once. Much money waits until a second person has said yes or no; what one person may
-- do alone has no answer.
CREATE TABLE fundings (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('deposit', 'withdrawal')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'paid', 'refused')),
    proposed_by TEXT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    answered_by TEXT,
    answered_by_name TEXT,
    answered_why TEXT,
    answered_at BIGINT,
    PRIMARY KEY (account_id, id),
    CHECK ((answered_by IS NULL) = (answered_at IS NULL)),
    CHECK (status <> 'waiting' OR answered_by IS NULL),
    CHECK (status <> 'refused' OR answered_by IS NOT NULL),
    CHECK (status <> 'paid' OR answered_by IS NULL OR answered_by <> proposed_by)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX fundings_waiting ON fundings (account_id, id) WHERE status = 'waiting';

-- Deliveries that were given up: people look for them over all accounts.
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (account_id, id) WHERE status = 'failed';
