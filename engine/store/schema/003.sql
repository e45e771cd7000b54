-- Schema 3: what is known of each fact of an incident, and what somebody has to do.

-- A projection. id: the incident, "/", a station or event, "/", a fact or key. body as that of an
-- incident. Rows stay when the incident is over; they are loaded only with an open one.
CREATE TABLE fact (
    id       TEXT PRIMARY KEY,
    incident BLOB NOT NULL,
    drill    INTEGER NOT NULL,
    body     BLOB
) STRICT, WITHOUT ROWID;

-- A projection: the ledger of what somebody has to do. due_ms: 0 without one. open = 0 once it is
-- struck off, rejected or lifted; late = 1 while
-- it is open and was due. A list is chosen from the indexes alone: what they do not hold is read of
-- the rows of its page only. An item is loaded as long as its incident is.
CREATE TABLE item (
    id       BLOB NOT NULL,
    incident BLOB NOT NULL,
    open     INTEGER NOT NULL,
    drill    INTEGER NOT NULL,
    owner    TEXT NOT NULL,
    state    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    late     INTEGER NOT NULL,
    due_ms   INTEGER NOT NULL,
    body     BLOB
) STRICT;
CREATE UNIQUE INDEX item_id ON item (id);
CREATE INDEX item_incident ON item (incident, id);
CREATE INDEX item_owner ON item (owner, open, id, state, kind, late);
CREATE INDEX item_open ON item (open, id, state, kind, late);
CREATE INDEX item_late ON item (id, state, kind) WHERE late = 1;

-- A projection: what is reported upwards. due_ms: when it must be sent. open = 0 once it is sent or
-- missed. A report is loaded as long as its incident is.
CREATE TABLE report (
    id       BLOB NOT NULL,
    incident BLOB NOT NULL,
    open     INTEGER NOT NULL,
    drill    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    due_ms   INTEGER NOT NULL,
    body     BLOB
) STRICT;
CREATE UNIQUE INDEX report_id ON report (id);
CREATE INDEX report_incident ON report (incident, id);
CREATE INDEX report_open ON report (open, id);
