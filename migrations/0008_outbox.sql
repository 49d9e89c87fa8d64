-- What is to be said, what was tried, and what was answered.

-- The outbox: a work queue, mutable, created in the transaction that decided it. No address, no
-- text, no token rests here; a message is rendered when it is sent. Whoever claims a message puts
-- its mark in `lease_by` and the end of its turn in `due_at`: then it is due again, and the attempt
-- that nobody told of is counted. `redriven_at` and `redriven_after`: when a dead letter was last
-- sent on its way again, and how many attempts it had had. As for lines, no foreign key to the plan.
CREATE TABLE message (
    message_key    BIGINT  NOT NULL PRIMARY KEY,
    lane           TEXT    NOT NULL,
    plan_key       BIGINT  NOT NULL,
    order_key      BIGINT  NOT NULL,
    contact_key    BIGINT  NOT NULL,
    channel        TEXT    NOT NULL,
    step           INTEGER NOT NULL,
    state          TEXT    NOT NULL
                   CHECK (state IN ('due', 'held', 'delivered', 'dead', 'superseded')),
    due_at         BIGINT  NOT NULL,
    attempts       INTEGER NOT NULL,
    lease_by       TEXT,
    redriven_at    BIGINT,
    redriven_after INTEGER,
    UNIQUE (plan_key, order_key, contact_key, channel, step, lane)
);
CREATE INDEX message_due ON message (lane, due_at, message_key) WHERE state = 'due';
CREATE INDEX message_dead ON message (message_key) WHERE state = 'dead';

-- Every attempt and its result. Append-only.
CREATE TABLE attempt (
    attempt_key BIGINT  NOT NULL PRIMARY KEY,
    message_key BIGINT  NOT NULL,
    number      INTEGER NOT NULL,
    at          BIGINT  NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('delivered', 'later', 'never', 'unknown')),
    reply       TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    UNIQUE (message_key, number)
);

-- What a recipient answered. Append-only; `nonce` makes a repeated answer one answer. The words
-- stand in `answer_note`, which can be erased; here is their salted digest. `complete`: with this
-- answer every unit of the order is in place.
CREATE TABLE answer (
    answer_key  BIGINT  NOT NULL PRIMARY KEY,
    order_key   BIGINT  NOT NULL,
    plan_key    BIGINT  NOT NULL,
    revision    INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    unit        TEXT,
    reason      TEXT,
    note_digest TEXT,
    by_role     TEXT    NOT NULL,
    by_key      TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    late        BOOLEAN NOT NULL,
    complete    BOOLEAN NOT NULL,
    nonce       TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    UNIQUE (order_key, nonce)
);

CREATE TABLE answer_note (
    answer_key BIGINT NOT NULL PRIMARY KEY,
    salt       TEXT   NOT NULL,
    note       TEXT   NOT NULL
);

-- The head of an order: the highest revision that reached each rung. Mutable, rebuilt from
-- attempts and answers; an order nobody has heard of yet has none.
CREATE TABLE order_head (
    order_key       BIGINT  NOT NULL PRIMARY KEY,
    handed_over     INTEGER NOT NULL,
    acknowledged    INTEGER NOT NULL,
    in_place        INTEGER NOT NULL,
    objected        INTEGER NOT NULL,
    helped          INTEGER NOT NULL,
    late            INTEGER NOT NULL,
    acknowledged_at BIGINT,
    answered_at     BIGINT
);

-- Counters of the latest plan by county and status, so that no board scans orders: the rung, the
-- revision owed (with which goes the deadline), and whether that was objected to or help asked for
-- with it. Mutable.
CREATE TABLE tally (
    plan_key BIGINT  NOT NULL,
    county   TEXT    NOT NULL,
    rung     TEXT    NOT NULL,
    owed     INTEGER NOT NULL,
    objected BOOLEAN NOT NULL,
    helped   BOOLEAN NOT NULL,
    orders   BIGINT  NOT NULL,
    PRIMARY KEY (plan_key, county, rung, owed, objected, helped)
);
