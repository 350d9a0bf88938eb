-- What suppliers sell in their own words. gone_at is when a list first came without it; until then it was last seen
-- with the supplier's latest list. Bodies are JSON.
CREATE TABLE listings (
    supplier TEXT NOT NULL,
    sku TEXT NOT NULL,
    body TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    gone_at BIGINT,
    PRIMARY KEY (supplier, sku)
)/*sqlite WITHOUT ROWID*/;

-- Which of our operators a supplier's operator is, and which of our products a listing is. What a person has said
-- (decided_by 'person') no guess ever overwrites. A score is out of 100; reasons are for people.
CREATE TABLE operator_mappings (
    supplier TEXT NOT NULL,
    sold_as TEXT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    operator_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('applied', 'suggested', 'rejected', 'open')),
    score BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    decided_by TEXT NOT NULL CHECK (decided_by IN ('guess', 'person')),
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, sold_as),
    CHECK ((operator_id IS NOT NULL) = (status IN ('applied', 'suggested')))
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE listing_mappings (
    supplier TEXT NOT NULL,
    sku TEXT NOT NULL,
    product_id TEXT,
    package_value TEXT,
    status TEXT NOT NULL CHECK (status IN ('applied', 'suggested', 'rejected', 'open')),
    score BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    decided_by TEXT NOT NULL CHECK (decided_by IN ('guess', 'person')),
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, sku),
    CHECK ((product_id IS NOT NULL) = (status IN ('applied', 'suggested')))
)/*sqlite WITHOUT ROWID*/;

-- What one process at a time does now and then, such as sync:reloadly. Whoever moves due_at has it until then.
CREATE TABLE duties (
    name TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    done_at BIGINT,
    failure TEXT
)/*sqlite WITHOUT ROWID*/;

-- Our balances at suppliers as they were told, what was paid in there, and what to do when one runs low.
CREATE TABLE supplier_floats (
    supplier TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (supplier, taken_at)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE supplier_deposits (
    supplier TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (supplier, made_at)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE supplier_thresholds (
    supplier TEXT NOT NULL PRIMARY KEY,
    currency TEXT NOT NULL,
    low_minor BIGINT,
    stop_minor BIGINT
)/*sqlite WITHOUT ROWID*/;

-- Suppliers that are not sold from until their float is higher again.
CREATE TABLE supplier_stops (
    supplier TEXT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    why TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;

-- What was compared with a supplier's own records, and what a person has to look at. A subject has one case of each
-- kind at most, however often it is found.
CREATE TABLE reconciliations (
    supplier TEXT NOT NULL,
    day TEXT NOT NULL,
    ran_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (supplier, day)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    supplier TEXT NOT NULL,
    subject TEXT NOT NULL,
    day TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    opened_at BIGINT NOT NULL,
    facts TEXT NOT NULL,
    closed_at BIGINT,
    closed_by TEXT,
    resolution TEXT,
    CHECK ((closed_at IS NOT NULL) = (status = 'closed'))
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX cases_subject ON cases (supplier, kind, subject);
CREATE INDEX cases_status ON cases (status, id);
