-- One row per run of a scheduled job: whoever inserts it runs it, on whichever instance.
-- `fence` grows when a run is taken over from an instance that did not finish by `until_at`.
CREATE TABLE job_run (
    job          TEXT   NOT NULL,
    scheduled_at BIGINT NOT NULL,
    fence        BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    started_at   BIGINT NOT NULL,
    finished_at  BIGINT,
    outcome      TEXT,
    PRIMARY KEY (job, scheduled_at)
);
CREATE INDEX job_run_by_time ON job_run (scheduled_at);
