-- What everything else stands on: numbers handed out once, and turns taken.

-- The next number of each series. Numbers once handed out never come back, so gaps are normal.
CREATE TABLE counter (
    name TEXT   NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL CHECK (next > 0)
);

-- Who holds which work, and until when (epoch milliseconds). `fence` grows with every change of
-- holder, so a transaction that checks it cannot be mistaken about whose turn it is.
CREATE TABLE lease (
    name     TEXT   NOT NULL PRIMARY KEY,
    holder   TEXT   NOT NULL,
    fence    BIGINT NOT NULL CHECK (fence > 0),
    until_at BIGINT NOT NULL
);
