-- Boards also count what is overdue, objected to, and in need of help.

-- Minutes from the issue of a plan within which its orders are to be acknowledged.
ALTER TABLE plan ADD COLUMN acknowledge_within INTEGER NOT NULL DEFAULT 0;

-- Counters of the latest plan by county and status: the rung, the revision owed (with which goes
-- the deadline), and whether that was objected to or help asked for with it. Mutable.
DROP TABLE tally;
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
