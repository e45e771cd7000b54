-- Schema 3: what is known of each fact of an incident, one row a fact.

-- A projection. id: the incident, "/", a station or event, "/", a fact or key. body as that of an
-- incident. Rows stay when the incident is over; they are loaded only with an open one.
CREATE TABLE fact (
    id       TEXT PRIMARY KEY,
    incident BLOB NOT NULL,
    drill    INTEGER NOT NULL,
    body     BLOB
) STRICT, WITHOUT ROWID;
