-- Accounts, their sessions and API tokens, and how often a sign-in was tried.

-- The role holds in `region` and everything below it, or for one recipient of orders there.
CREATE TABLE account (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    recipient   BIGINT,
    title       TEXT,
    password    TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    disabled_at BIGINT,
    CONSTRAINT account_name_key UNIQUE (name)
);

-- The secret stands in the cookie alone; here is its SHA-256.
CREATE TABLE session (
    digest     TEXT   NOT NULL PRIMARY KEY,
    account    TEXT   NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account);
CREATE INDEX session_by_end ON session (ends_at);

-- `scopes`: the words of the rights it may use, separated by spaces; `*` for all of its account's.
CREATE TABLE token (
    id         TEXT   NOT NULL PRIMARY KEY,
    account    TEXT   NOT NULL REFERENCES account (id),
    label      TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at    BIGINT,
    revoked_at BIGINT,
    CONSTRAINT token_digest_key UNIQUE (digest)
);
CREATE INDEX token_by_account ON token (account);

-- Attempts to sign in within the current span, by account, by address, and by both together.
CREATE TABLE sign_in_attempts (
    subject    TEXT   NOT NULL PRIMARY KEY,
    attempts   BIGINT NOT NULL,
    since_at   BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_by_start ON sign_in_attempts (since_at);
