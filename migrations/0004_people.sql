-- People who sign in. They are found by their login before it is known whose staff they are, so works_for, the account
-- of a manager or cashier, leads no key. A password, a code and a key are stored as what proves them, never themselves;
-- totp_secret has to be known to check a code. failures counts wrong passwords and codes since the last right one.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'operator', 'finance', 'support', 'read-only', 'manager', 'cashier')),
    works_for TEXT,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    language TEXT,
    theme TEXT,
    password_hash TEXT,
    totp_secret TEXT,
    totp_confirmed_at BIGINT,
    totp_step BIGINT,
    failures BIGINT NOT NULL,
    failed_at BIGINT,
    seen_at BIGINT,
    created_at BIGINT NOT NULL,
    CHECK ((works_for IS NOT NULL) = (role IN ('manager', 'cashier')))
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX users_login ON users (login);
CREATE INDEX users_works_for ON users (works_for) WHERE works_for IS NOT NULL;

-- Where somebody is signed in. Whoever has the token is the user, until the session ends: not used for a while, too old,
-- or revoked. fresh_at is when they last proved who they are; moving money asks for that to be a moment ago.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    fresh_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX sessions_user ON sessions (user_id, id);

-- Links that let somebody in once: the first owner, who is invited, who has forgotten the password. A second step is
-- that of somebody whose password was right and whose code is still asked for.
CREATE TABLE sign_in_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('setup', 'invitation', 'reset', 'sign-in', 'second-step')),
    user_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((user_id IS NULL) = (kind = 'setup'))
)/*sqlite WITHOUT ROWID*/;
CREATE INDEX sign_in_links_user ON sign_in_links (user_id);

CREATE TABLE passkeys (
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, id)
)/*sqlite WITHOUT ROWID*/;
CREATE UNIQUE INDEX passkeys_id ON passkeys (id);

-- What a browser was asked to sign with a passkey, until it answers.
CREATE TABLE challenges (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, code_hash)
)/*sqlite WITHOUT ROWID*/;

-- What people did, a chain for each account and one for the house itself, whose account_id is 'house'. An entry's hash
-- covers the one before it, so that nothing can be changed or taken out unseen; the chain's own row keeps how it ends.
CREATE TABLE audit_chains (
    account_id TEXT NOT NULL PRIMARY KEY,
    entries_count BIGINT NOT NULL,
    last_hash TEXT NOT NULL
)/*sqlite WITHOUT ROWID*/;

CREATE TABLE audit_entries (
    account_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account_id, number)
)/*sqlite WITHOUT ROWID*/;
