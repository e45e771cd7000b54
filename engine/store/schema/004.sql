-- A projection: what was decided about who is on duty (overrides and swaps, shifts that were handed
-- over, spot checks), each by its name. Sealed with the key of the incident that the core keeps for
-- itself.
CREATE TABLE duty (
    id       TEXT PRIMARY KEY,
    incident BLOB NOT NULL,
    drill    INTEGER NOT NULL,
    body     BLOB
) STRICT, WITHOUT ROWID;
