-- Each call to a supplier over one attempt that left evidence: what was sent, what came back, which rule made an
-- outcome of it. Number 0 is the submission, the others are questions; of many, the first and the last are kept.
CREATE TABLE attempt_calls (
    account_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    number BIGINT NOT NULL,
    call TEXT NOT NULL CHECK (call IN ('submit', 'find')),
    called_at BIGINT NOT NULL,
    answered_at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    exchanges TEXT NOT NULL,
    PRIMARY KEY (account_id, order_id, attempt, number)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX attempt_calls_age ON attempt_calls (account_id, called_at);

-- Why this supplier was chosen, where there was a choice; and which answer allowed what came after the attempt.
ALTER TABLE attempts ADD COLUMN choice TEXT;
ALTER TABLE attempts ADD COLUMN rule TEXT;

-- Why an order that could be begun is not, and since when; null while nothing holds it up.
ALTER TABLE orders ADD COLUMN held_up TEXT;

-- What a person wants done with an order that nobody knows about, until a second one has said yes or no.
CREATE TABLE proposals (
    account_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('delivered', 'failed', 'retry')),
    why TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'confirmed', 'rejected')),
    answered_why TEXT,
    answered_by TEXT,
    answered_at BIGINT,
    PRIMARY KEY (account_id, order_id, number)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX proposals_open ON proposals (account_id, status) WHERE status = 'open';

-- Rule sets of routing: never changed, only followed by the next. The one with the greatest version holds.
CREATE TABLE routing_rules (
    version BIGINT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    why TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- What people have forced: a supplier is used ('closed') or not ('open') for an operator, or for all ('*').
CREATE TABLE supplier_switches (
    supplier TEXT NOT NULL,
    operator_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    why TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, operator_id)
)/*sqlite WITHOUT ROWID*/;

-- From when and until when a supplier may not be asked for a phone again, and since which attempt; only of suppliers
-- with such a rule.
CREATE TABLE number_pauses (
    supplier TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    attempt TEXT NOT NULL,
    PRIMARY KEY (supplier, phone_number)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX number_pauses_over ON number_pauses (until);
