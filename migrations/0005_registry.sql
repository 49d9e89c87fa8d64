-- Who can be ordered to do something: plants of the reduction list, and the offices above them.

-- A recipient keeps its key for ever. A plant is known by its number on the list of its bureau
-- (`list_region`), an office by the code of its region.
CREATE TABLE recipient (
    recipient_key BIGINT  NOT NULL PRIMARY KEY,
    kind          TEXT    NOT NULL CHECK (kind IN ('plant', 'office')),
    list_region   TEXT    NOT NULL,
    number        TEXT    NOT NULL,
    region        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    list_version  BIGINT  NOT NULL,
    active        BOOLEAN NOT NULL,
    UNIQUE (kind, list_region, number)
);
CREATE INDEX recipient_by_region ON recipient (region, recipient_key);
-- A list is read in pages, in the order of keys.
CREATE INDEX recipient_by_list ON recipient (kind, list_region, recipient_key);

-- Every import that changed the list made a version; a plan names the one it was drawn from.
CREATE TABLE list_version (
    version     BIGINT NOT NULL PRIMARY KEY,
    list_region TEXT   NOT NULL,
    imported_at BIGINT NOT NULL,
    imported_by TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    plants      BIGINT NOT NULL,
    digest      TEXT   NOT NULL
);
CREATE INDEX list_version_by_region ON list_version (list_region, version);

-- What a list version says of a plant, without personal data. Append-only: a plant that did not
-- change keeps the row of an older version; one that left the list gets a row with an empty body.
CREATE TABLE list_row (
    recipient_key BIGINT NOT NULL REFERENCES recipient (recipient_key),
    version       BIGINT NOT NULL REFERENCES list_version (version),
    body          TEXT   NOT NULL,
    digest        TEXT   NOT NULL,
    PRIMARY KEY (recipient_key, version)
);

-- Personal data: mutable and erasable, never part of the record.
CREATE TABLE contact (
    contact_key   BIGINT  NOT NULL PRIMARY KEY,
    recipient_key BIGINT  NOT NULL REFERENCES recipient (recipient_key),
    position      INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    phone         TEXT,
    email         TEXT,
    webhook       TEXT,
    active        BOOLEAN NOT NULL,
    UNIQUE (recipient_key, position)
);
