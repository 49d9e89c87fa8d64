-- What the public was told while a warning was in force (信息更新): one row for each update. Append-only.
CREATE TABLE information_update (
    update_key  BIGINT NOT NULL PRIMARY KEY,
    warning_key BIGINT NOT NULL REFERENCES warning (warning_key),
    at          BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    digest      TEXT   NOT NULL
);
CREATE INDEX information_update_by_warning ON information_update (warning_key, update_key);
