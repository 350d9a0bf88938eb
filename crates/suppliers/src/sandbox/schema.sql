-- One row per reference that was submitted, whatever became of it.
CREATE TABLE IF NOT EXISTS submissions (
    attempt         TEXT    NOT NULL PRIMARY KEY,
    recipient       TEXT    NOT NULL,
    product         TEXT    NOT NULL,
    amount_minor    INTEGER NOT NULL,
    amount_currency TEXT    NOT NULL,
    cost_minor      INTEGER NOT NULL,
    cost_currency   TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('absent', 'pending', 'delivered', 'rejected', 'reversed')),
    later_state     TEXT    CHECK (later_state IN ('delivered', 'rejected', 'reversed')),
    settles_at      INTEGER,
    code            TEXT,
    submitted_at    INTEGER NOT NULL,
    submissions     INTEGER NOT NULL DEFAULT 1,
    CHECK ((later_state IS NULL) = (settles_at IS NULL))
) STRICT, WITHOUT ROWID;

-- The few rows whose state depends on the time.
CREATE INDEX IF NOT EXISTS submissions_settling ON submissions (settles_at) WHERE settles_at IS NOT NULL;

-- What all deliveries that can't change any more have cost, so that nobody has to add them up.
CREATE TABLE IF NOT EXISTS spent (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    minor INTEGER NOT NULL
) STRICT;

INSERT INTO spent (id, minor) VALUES (1, 0) ON CONFLICT DO NOTHING;

-- Doesn't fire when a reference is submitted again: that updates its row.
CREATE TRIGGER IF NOT EXISTS submissions_spend AFTER INSERT ON submissions
WHEN NEW.state = 'delivered' AND NEW.settles_at IS NULL
BEGIN
    UPDATE spent SET minor = minor + NEW.cost_minor WHERE id = 1;
END;
