-- What the air is expected to do, what the machine proposed about it, and what superiors ordered.

-- One day of one place from one source, as it came in. Append-only: a newer row of the same
-- source stands before an older one; observed and filled-in days stand before forecasts.
CREATE TABLE outlook_day (
    day_key     BIGINT  NOT NULL PRIMARY KEY,
    region      TEXT    NOT NULL,
    on_day      TEXT    NOT NULL,
    origin      TEXT    NOT NULL CHECK (origin IN ('observed', 'forecast', 'filled-in')),
    source      TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    issued_at   BIGINT,
    received_at BIGINT  NOT NULL,
    received_by TEXT    NOT NULL,
    digest      TEXT    NOT NULL
);
CREATE INDEX outlook_day_by_region ON outlook_day (region, on_day, day_key);

-- What the machine proposed, with its reasons, and what a person decided about it. The head of a
-- proposal is mutable until it is decided; the decision itself is a journal entry.
CREATE TABLE proposal (
    proposal_key BIGINT NOT NULL PRIMARY KEY,
    region       TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    rules        TEXT   NOT NULL,
    rules_digest TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    digest       TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('open', 'followed', 'declined', 'superseded')),
    decided_by   TEXT,
    decided_at   BIGINT,
    reason       TEXT
);
CREATE UNIQUE INDEX proposal_open ON proposal (region) WHERE state = 'open';

-- A superior's instruction as registered; it binds from receipt.
CREATE TABLE instruction (
    instruction_key BIGINT NOT NULL PRIMARY KEY,
    instruction_id  TEXT   NOT NULL UNIQUE,
    region          TEXT   NOT NULL,
    number          TEXT   NOT NULL,
    received_at     BIGINT NOT NULL,
    registered_at   BIGINT NOT NULL,
    registered_by   TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    digest          TEXT   NOT NULL,
    UNIQUE (region, number)
);

-- Scans, by the SHA-256 of their bytes, in base64.
CREATE TABLE scan (
    digest     TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    added_at   BIGINT NOT NULL,
    added_by   TEXT   NOT NULL
);
