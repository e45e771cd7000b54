-- Schema 1. Every table is STRICT; a schema change is a new file beside this one, forward only.
--
-- Ids are the 16 bytes of the UUID, not its 36 characters: each stands in two or three indexes, and
-- at a million incidents the difference is most of a gigabyte. To read them in the sqlite3 shell:
-- lower(hex(incident)), and x'0198f2c4...' to write one.

-- Append-only. seq comes from the core; chain is SHA-256 over the chain before and this row.
-- body is canonical JSON: the record's body, "mono" (steady ms), "sealed" (base64) if it has one.
CREATE TABLE journal (
    seq      INTEGER PRIMARY KEY,
    incident BLOB,               -- NULL: of the engine as a whole
    at_ms    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    actor    TEXT,
    body     TEXT NOT NULL,
    chain    BLOB NOT NULL
) STRICT;
-- Every index ends in the rowid, which is seq: this is the index (incident, seq).
CREATE INDEX journal_incident ON journal (incident);

-- Projections: what the journal says, one row an object. They can always be made again from it.
-- body: one byte (0 plain, 1 sealed with the incident's key), then JSON. NULL: it is purged.
CREATE TABLE incident (
    id    BLOB NOT NULL,
    open  INTEGER NOT NULL,
    drill INTEGER NOT NULL,
    plan  TEXT,
    state TEXT NOT NULL,
    body  BLOB
) STRICT;
CREATE UNIQUE INDEX incident_id ON incident (id);
CREATE INDEX incident_open ON incident (id) WHERE open = 1;
CREATE INDEX incident_list ON incident (state, drill, id);

CREATE TABLE notice (
    id       BLOB NOT NULL,
    incident BLOB,
    open     INTEGER NOT NULL,
    drill    INTEGER NOT NULL,
    state    TEXT NOT NULL,
    body     BLOB
) STRICT;
CREATE UNIQUE INDEX notice_id ON notice (id);
CREATE INDEX notice_incident ON notice (incident, id);
CREATE INDEX notice_open ON notice (id) WHERE open = 1;

-- Dedup keys that bind: principal, line feed, key.
CREATE TABLE key (
    id       TEXT PRIMARY KEY,
    incident BLOB,
    open     INTEGER NOT NULL,
    drill    INTEGER NOT NULL,
    body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    id   TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Not projections: these four cannot be made again.

-- Sources of plans and sites that journal rows name by their hash.
CREATE TABLE pin (
    hash TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- The key of each incident. To destroy one is to purge what is personal in its rows.
CREATE TABLE vault (
    incident BLOB PRIMARY KEY,
    key      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How people are reached. Never in a record.
CREATE TABLE contact (
    person   TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (person, endpoint)
) STRICT, WITHOUT ROWID;

-- The clocks at the last batch; gen changes with a restore; clean = 1 after an orderly stop.
CREATE TABLE mark (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    gen     INTEGER NOT NULL,
    clean   INTEGER NOT NULL,
    boot_id TEXT,
    boot_ms INTEGER,
    wall_ms INTEGER,
    mono_ms INTEGER
) STRICT;
INSERT INTO mark (one, gen, clean) VALUES (1, 1, 1);
