-- What was answered to a request that carried an Idempotency-Key, written in the act's own
-- transaction, so that a repeat is told the same instead of doing it again.
CREATE TABLE idempotency (
    caller         TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    request_digest TEXT   NOT NULL,
    answer         TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
