-- Advisories are sent: a message tells of an order, or of a step of an advisory.

-- Whom an advisory was published to, by name and place, fixed at that moment: whoever was told that it
-- begins is told that it ends, whatever the list says by then. Append-only.
CREATE TABLE advisory_recipient (
    advisory_key  BIGINT NOT NULL REFERENCES advisory (advisory_key),
    recipient_key BIGINT NOT NULL,
    region        TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    digest        TEXT   NOT NULL,
    PRIMARY KEY (advisory_key, recipient_key)
);

-- The outbox, as it was made in 0008, about either. `step`: of an advisory, which of its steps is told
-- of; an order is told of once. SQLite cannot let a column be empty that could not, so that the table is
-- made anew; renamed first, so that whoever writes it waits before it is read.
ALTER TABLE message RENAME TO message_before;
CREATE TABLE message (
    message_key    BIGINT  NOT NULL PRIMARY KEY,
    lane           TEXT    NOT NULL,
    plan_key       BIGINT,
    order_key      BIGINT,
    advisory_key   BIGINT,
    recipient_key  BIGINT,
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
    CHECK ((plan_key IS NULL) = (order_key IS NULL)),
    CHECK ((advisory_key IS NULL) = (recipient_key IS NULL)),
    CHECK ((order_key IS NULL) <> (advisory_key IS NULL))
);
INSERT INTO message
       (message_key, lane, plan_key, order_key, contact_key, channel, step, state, due_at, attempts,
        lease_by, redriven_at, redriven_after)
SELECT message_key, lane, plan_key, order_key, contact_key, channel, step, state, due_at, attempts,
       lease_by, redriven_at, redriven_after
  FROM message_before;
DROP TABLE message_before;
CREATE UNIQUE INDEX message_of_order
    ON message (plan_key, order_key, contact_key, channel, step, lane)
 WHERE plan_key IS NOT NULL;
CREATE UNIQUE INDEX message_of_advisory
    ON message (advisory_key, step, recipient_key, contact_key, channel, lane)
 WHERE advisory_key IS NOT NULL;
CREATE INDEX message_due ON message (lane, due_at, message_key) WHERE state = 'due';
CREATE INDEX message_dead ON message (message_key) WHERE state = 'dead';

-- An older release would take a message about an advisory for one that cannot be read.
UPDATE schema_floor SET migration = 15, release = '0.1.0';
