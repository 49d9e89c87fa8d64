-- Advisories (健康提示、临时管控): what is made public below a coloured warning. No warning, no level, no
-- plan: they compel nobody.

-- The head of an advisory; what was done to it stands in its steps. Mutable, rebuilt from them.
-- `ends_at`: once it is public, when it ends or ended.
CREATE TABLE advisory (
    advisory_key BIGINT NOT NULL PRIMARY KEY,
    advisory_id  TEXT   NOT NULL UNIQUE,
    region       TEXT   NOT NULL,
    state        TEXT   NOT NULL
                 CHECK (state IN ('draft', 'submitted', 'approved', 'published', 'abandoned')),
    playbook     TEXT   NOT NULL,
    drafted_at   BIGINT NOT NULL,
    ends_at      BIGINT,
    CHECK ((state = 'published') = (ends_at IS NOT NULL))
);
CREATE INDEX advisory_by_region ON advisory (region, advisory_key);

-- Append-only.
CREATE TABLE advisory_step (
    advisory_key BIGINT  NOT NULL REFERENCES advisory (advisory_key),
    seq          INTEGER NOT NULL,
    at           BIGINT  NOT NULL,
    body         TEXT    NOT NULL,
    digest       TEXT    NOT NULL,
    PRIMARY KEY (advisory_key, seq)
);

-- An older release would let a temporary control run beside the warning that it issues, and does not
-- know the rows that an entry vouches for.
UPDATE schema_floor SET migration = 12, release = '0.1.0';
