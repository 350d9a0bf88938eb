-- Where a row is soon written again, its page keeps room for that (fillfactor): PostgreSQL then leaves the indexes
-- alone, as long as nothing that an index or its condition names has changed.

-- Resellers. The counts number their invoices, orders and webhook deliveries without gaps, so that any page of a
-- list is one step away; latest_at is when the latest of them was made, so that their ids grow as their numbers do.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    markup_bps BIGINT NOT NULL CHECK (markup_bps > -10000),
    below_cost TEXT NOT NULL CHECK (below_cost IN ('refuse', 'allow')),
    order_max_minor BIGINT,
    day_max_minor BIGINT,
    recipient_day_max_minor BIGINT,
    webhook_secret TEXT NOT NULL,
    webhook_secret_before TEXT,
    webhook_secret_before_until BIGINT,
    invoices_count BIGINT NOT NULL,
    orders_count BIGINT NOT NULL,
    latest_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    home_country TEXT
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE api_keys (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (account_id, id)
)/*sqlite WITHOUT ROWID*/;

-- An account's book: one row for each ledger account and currency. A row's balance is its credits less its debits, so
-- the rows of a book add up to zero in each currency. The row of code 'balance' is locked before any other is moved;
-- it, 'held' and 'sales' are there from the start.
CREATE TABLE ledger_accounts (
    account_id TEXT NOT NULL,
    code TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance_minor BIGINT NOT NULL,
    transfers_count BIGINT NOT NULL,
    PRIMARY KEY (account_id, code, currency),
    CHECK (code NOT IN ('balance', 'held') OR balance_minor >= 0)
)/*sqlite WITHOUT ROWID*/;

-- Immutable movements, two legs each. A subject (an order or a deposit) has each movement at most once, by primary
-- key; settling and releasing a hold share the movement 'resolution', so a hold is resolved at most once.
CREATE TABLE transfers (
    account_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    movement TEXT NOT NULL CHECK (movement IN
        ('deposit', 'withdrawal', 'hold', 'resolution', 'cost', 'reversal', 'cost_reversal')),
    kind TEXT NOT NULL CHECK (kind IN ('post', 'hold', 'settle', 'release')),
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    statement_line BIGINT,
    balance_after_minor BIGINT,
    note TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, subject_id, movement),
    CHECK (debit <> credit),
    CHECK ((movement = 'hold') = (kind = 'hold')),
    CHECK ((movement = 'resolution') = (kind IN ('settle', 'release')))
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX transfers_statement ON transfers (account_id, statement_line) WHERE statement_line IS NOT NULL;

CREATE TABLE invoices (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('unpaid', 'paid', 'complete', 'expired', 'cancelled')),
    payment_method TEXT NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    reference TEXT,
    webhook_url TEXT,
    first_order BIGINT NOT NULL,
    orders_count BIGINT NOT NULL,
    orders_open BIGINT NOT NULL CHECK (orders_open >= 0),
    expires_at BIGINT NOT NULL,
    due_at BIGINT,
    paid_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (account_id, id),
    CHECK ((due_at IS NOT NULL) = (status = 'unpaid'))
)/*sqlite WITHOUT ROWID*//*postgresql WITH (fillfactor = 50)*/;
CREATE UNIQUE INDEX invoices_number ON invoices (account_id, number);
CREATE INDEX invoices_due ON invoices (account_id, due_at) WHERE due_at IS NOT NULL;

-- One phone, one product. due_at is when a worker has to look at it next; it is null once nothing is left to do.
-- While an attempt is being delivered its lease holds other workers off, and due_at stays what it was: an index
-- would have to follow it. For the same reason no index has the status, but only one that is out of the ordinary.
CREATE TABLE orders (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    number BIGINT NOT NULL,
    invoice_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('created', 'waiting', 'delivering', 'confirming', 'stuck', 'delivered',
        'refunded', 'reversed', 'cancelled')),
    product_id TEXT NOT NULL,
    product_name TEXT NOT NULL,
    package_value TEXT,
    value_minor BIGINT NOT NULL,
    value_currency TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    country TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reference TEXT,
    attempts BIGINT NOT NULL,
    due_at BIGINT,
    failure TEXT,
    receipt TEXT,
    decision TEXT,
    ended_at BIGINT,
    lease_until BIGINT,
    exceptional TEXT,
    PRIMARY KEY (account_id, id),
    CHECK ((due_at IS NOT NULL) = (status IN ('waiting', 'delivering', 'confirming', 'stuck'))),
    CHECK ((lease_until IS NOT NULL) = (status = 'delivering')),
    CHECK ((exceptional IS NULL) = (status IN ('waiting', 'delivering', 'delivered'))),
    CHECK (exceptional = status)
)/*sqlite WITHOUT ROWID*//*postgresql WITH (fillfactor = 50)*/;
CREATE UNIQUE INDEX orders_number ON orders (account_id, number);
CREATE INDEX orders_recipient ON orders (account_id, phone_number, number);
CREATE INDEX orders_due ON orders (account_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_reference ON orders (account_id, reference, number) WHERE reference IS NOT NULL;
CREATE INDEX orders_exceptional ON orders (account_id, exceptional, number) WHERE exceptional IS NOT NULL;

-- One submission of an order to one supplier, written before the supplier is called.
CREATE TABLE attempts (
    account_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    supplier TEXT NOT NULL,
    sku TEXT NOT NULL,
    cost_minor BIGINT NOT NULL,
    cost_currency TEXT NOT NULL,
    submitted_at BIGINT NOT NULL,
    questions BIGINT NOT NULL,
    absences BIGINT NOT NULL,
    supplier_reference TEXT,
    outcome TEXT,
    answered_at BIGINT,
    PRIMARY KEY (account_id, order_id, number)
)/*sqlite WITHOUT ROWID*//*postgresql WITH (fillfactor = 50)*/;

-- First answers, kept with the work that they answer.
CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX idempotency_keys_age ON idempotency_keys (account_id, created_at);

-- What an account has spent on a day (UTC), refunds taken off.
CREATE TABLE spending (
    account_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    spent_minor BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
)/*sqlite WITHOUT ROWID*/;

-- What an account is told, and each telling of it to one URL.
CREATE TABLE events (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE webhook_deliveries (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    tries BIGINT NOT NULL,
    due_at BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (account_id, id),
    CHECK ((due_at IS NOT NULL) = (status = 'pending'))
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (account_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE webhook_tries (
    account_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status_code BIGINT,
    error TEXT,
    PRIMARY KEY (account_id, delivery_id, number)
)/*sqlite WITHOUT ROWID*/;

-- The catalogue. Bodies are JSON; a revision tells every process that it has to read again.
CREATE TABLE operators (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE products (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE offers (
    supplier TEXT NOT NULL,
    sku TEXT NOT NULL,
    product_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (supplier, sku)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE rates (
    currency TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    units_per_usd TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (currency, valid_from)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE revisions (
    subject TEXT NOT NULL PRIMARY KEY CHECK (subject IN ('accounts', 'catalog', 'numbers')),
    revision BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
INSERT INTO revisions (subject, revision) VALUES ('accounts', 0), ('catalog', 0), ('numbers', 0);

-- How far a copy from another database has come. None once it is whole.
CREATE TABLE copies (
    source TEXT NOT NULL,
    table_name TEXT NOT NULL,
    last_key TEXT NOT NULL,
    PRIMARY KEY (source, table_name)
)/*sqlite WITHOUT ROWID*/;

-- What is known of single numbers: imported ranges of numbers, and what deliveries have taught.
CREATE TABLE number_overrides (
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    operator_id TEXT NOT NULL,
    PRIMARY KEY (first_number, last_number),
    CHECK (first_number <= last_number)
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE number_lessons (
    phone_number BIGINT NOT NULL,
    operator_id TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('proved', 'disproved')),
    learned_at BIGINT NOT NULL,
    PRIMARY KEY (phone_number, operator_id)
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX number_lessons_age ON number_lessons (learned_at);
