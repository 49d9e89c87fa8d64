-- The hours a day was computed from, where it came in as hours: one row beside the day's, which says
-- whose they are and how they came in. Append-only.
--
-- A row is a day and not an hour, since hours are taken in, read and vouched for by the day: a year of
-- 366 cities is 134,000 rows of about one kilobyte, where hours in rows would be 3.2 million with as
-- many digests. `body` is JSON: for each pollutant 24 numbers in steps of 0.0001 µg/m³ or null, the
-- first of them for the hour that begins the day.
CREATE TABLE outlook_hours (
    day_key BIGINT NOT NULL PRIMARY KEY REFERENCES outlook_day (day_key),
    body    TEXT   NOT NULL,
    digest  TEXT   NOT NULL
);
