-- Schema 2: keys and sessions.

-- A projection. Keys for ever, as no name is given twice; sessions while they last.
CREATE TABLE access (
    id   TEXT PRIMARY KEY,       -- the principal: "key:desk", "session:key:desk/5e0c9a41b7d2"
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- No projection: what a key or a session is known by. The secret itself is kept nowhere. A row is
-- written with the record that makes its holder, and goes with the record that ends it.
CREATE TABLE secret (
    holder  TEXT PRIMARY KEY,    -- access.id
    hash    BLOB NOT NULL,       -- SHA-256 of the secret
    used_ms INTEGER              -- when it was used last, to the minute; NULL: never
) STRICT, WITHOUT ROWID;
