-- Warnings, the notices that make them, and the plans that go out with the notices.

-- The head of a warning: what its issued notices amount to. Mutable, rebuilt from the notices.
-- `answers` counts what was answered; updating it is how an answer and an issue take turns.
CREATE TABLE warning (
    warning_key BIGINT  NOT NULL PRIMARY KEY,
    warning_id  TEXT    NOT NULL UNIQUE,
    region      TEXT    NOT NULL,
    lane        TEXT    NOT NULL CHECK (lane IN ('live', 'drill')),
    open        BOOLEAN NOT NULL,
    body        TEXT,
    plan_key    BIGINT,
    revision    INTEGER NOT NULL,
    answers     BIGINT  NOT NULL,
    began_at    BIGINT,
    closed_at   BIGINT
);
-- One live level per place.
CREATE UNIQUE INDEX warning_open ON warning (region, lane) WHERE open;

-- The head of a notice; what was done to it stands in its steps.
CREATE TABLE notice (
    notice_key  BIGINT NOT NULL PRIMARY KEY,
    notice_id   TEXT   NOT NULL UNIQUE,
    warning_key BIGINT NOT NULL REFERENCES warning (warning_key),
    region      TEXT   NOT NULL,
    lane        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    playbook    TEXT   NOT NULL,
    document    TEXT,
    drafted_at  BIGINT NOT NULL,
    issued_at   BIGINT,
    plan_key    BIGINT
);
CREATE INDEX notice_by_warning ON notice (warning_key, notice_key);
CREATE UNIQUE INDEX notice_document ON notice (region, document) WHERE document IS NOT NULL;

-- Append-only.
CREATE TABLE notice_step (
    notice_key BIGINT  NOT NULL REFERENCES notice (notice_key),
    seq        INTEGER NOT NULL,
    at         BIGINT  NOT NULL,
    body       TEXT    NOT NULL,
    digest     TEXT    NOT NULL,
    PRIMARY KEY (notice_key, seq)
);

-- A plan, drawn and staged; issued when `issued_at` says so. One never issued may be pruned.
-- `acknowledge_within`: minutes from its issue within which its orders are to be acknowledged.
CREATE TABLE plan (
    plan_key           BIGINT  NOT NULL PRIMARY KEY,
    plan_id            TEXT    NOT NULL UNIQUE,
    notice_key         BIGINT  NOT NULL REFERENCES notice (notice_key),
    warning_key        BIGINT  NOT NULL REFERENCES warning (warning_key),
    lane               TEXT    NOT NULL,
    revision           INTEGER NOT NULL,
    previous_key       BIGINT,
    list_version       BIGINT  NOT NULL,
    acknowledge_within INTEGER NOT NULL,
    playbook           TEXT    NOT NULL,
    lines              BIGINT  NOT NULL,
    first_order        BIGINT,
    last_order         BIGINT,
    digest             TEXT    NOT NULL,
    tally              TEXT    NOT NULL,
    staged_at          BIGINT  NOT NULL,
    issued_at          BIGINT
);
CREATE INDEX plan_by_warning ON plan (warning_key, revision);
CREATE INDEX plan_by_orders ON plan (first_order);

-- One line per recipient: the order as a snapshot. `owed` is the revision that last asked for an
-- acknowledgement. Append-only once its plan is issued. No foreign key to the plan: PostgreSQL
-- looks the same plan up for every line, which doubles the price of an insert.
CREATE TABLE plan_line (
    plan_key      BIGINT  NOT NULL,
    order_key     BIGINT  NOT NULL,
    recipient_key BIGINT  NOT NULL,
    change        TEXT    NOT NULL,
    owed          INTEGER NOT NULL,
    county        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    snapshot      TEXT    NOT NULL,
    obligations   TEXT    NOT NULL,
    digest        TEXT    NOT NULL,
    PRIMARY KEY (plan_key, order_key)
);
