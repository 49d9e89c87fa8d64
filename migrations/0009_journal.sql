-- The record that cannot be changed quietly, and the texts everything was judged by.

-- One entry per act, written in the act's transaction. Append-only. `vouches` says for which rows of
-- the record it vouches; `digest` covers every other column.
CREATE TABLE journal_entry (
    entry_id TEXT   NOT NULL PRIMARY KEY,
    kind     TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    region   TEXT,
    actor    TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    vouches  TEXT   NOT NULL,
    digest   TEXT   NOT NULL
);
CREATE INDEX journal_entry_by_subject ON journal_entry (subject, at);

-- Entries that have no position yet: the sequencer's work queue. `nth` orders what one process wrote
-- within a millisecond.
CREATE TABLE journal_pending (
    entry_id TEXT   NOT NULL PRIMARY KEY REFERENCES journal_entry (entry_id),
    at       BIGINT NOT NULL,
    nth      BIGINT NOT NULL
);
CREATE INDEX journal_pending_by_time ON journal_pending (at, nth, entry_id);

-- Gapless positions and the chain of seals. Append-only.
CREATE TABLE journal_seal (
    position  BIGINT NOT NULL PRIMARY KEY,
    entry_id  TEXT   NOT NULL UNIQUE REFERENCES journal_entry (entry_id),
    seal      TEXT   NOT NULL,
    sealed_at BIGINT NOT NULL
);

-- Playbook files by the SHA-256 of their text. Append-only.
CREATE TABLE playbook_file (
    digest TEXT NOT NULL PRIMARY KEY,
    body   TEXT NOT NULL
);

-- Which files were in force together: `files` lists their paths and digests, and has this digest.
-- Append-only.
CREATE TABLE playbook (
    digest TEXT NOT NULL PRIMARY KEY,
    files  TEXT NOT NULL
);

-- Which playbook new drafts use, the newest first by `seq`. Append-only.
CREATE TABLE playbook_activation (
    seq          BIGINT NOT NULL PRIMARY KEY,
    playbook     TEXT   NOT NULL REFERENCES playbook (digest),
    activated_at BIGINT NOT NULL,
    activated_by TEXT   NOT NULL,
    digest       TEXT   NOT NULL
);
