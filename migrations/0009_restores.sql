-- When the database was set back to an earlier moment. It has forgotten what became of older orders: they are only
-- asked about and never sent again.
CREATE TABLE restores (
    restored_at BIGINT NOT NULL PRIMARY KEY
)/*sqlite WITHOUT ROWID*/;
