-- How a record is kept over years: restored, and rid of people nobody writes to any more.

-- Which life of the record this is. The first epoch, from the first start on, has no row; every
-- restore of a backup begins another. While one has not been released, nothing is sent. Mutable: the
-- journal holds an entry for each beginning and each release. `numbers_from`: every series of numbers
-- goes on there or later.
CREATE TABLE epoch (
    number       BIGINT NOT NULL PRIMARY KEY,
    began_at     BIGINT NOT NULL,
    began_by     TEXT   NOT NULL,
    taken_at     BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    seal         TEXT   NOT NULL,
    numbers_from BIGINT NOT NULL,
    released_at  BIGINT
);

-- Since when a contact is told nothing more; one retired by an early release has no instant.
ALTER TABLE contact ADD COLUMN retired_at BIGINT;

-- An older release does not know that an outbox can be held, and would send everything.
UPDATE schema_floor SET migration = 10, release = '0.1.0';
