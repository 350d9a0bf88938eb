-- How many requests an account's programs made on a day in UTC, counted from 1970, by how they were answered: done, refused
-- for what they said, refused because there were too many, failed at ours. Kept for a while, for people to look at.
CREATE TABLE api_requests (
    account_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    done BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    limited BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
)/*sqlite WITHOUT ROWID*/;
