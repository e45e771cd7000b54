"""golden - databases of past releases as text: what tests/live/golden.py holds every version to.

    NAME.journal.txt        the journal, the pins, the vault's keys: never changed. The tables are
                            made by engine/store/schema/, up to the number that NAME begins with
    NAME.projections.txt    what a rebuild makes of it, a row an object
    NAME.stored.txt         the projections as its own version wrote them, where a later one makes
                            others: never changed either

Boxes (what is sealed) stay as they are in the file: the same text under the same key and place
gives the same box, so that tables can be compared byte by byte without opening one. Their keys lie
beside them in the table `vault`, as in every database; they are of a night that never was.
"""

import base64
import os
import sqlite3

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden")
SCHEMA = os.path.join(os.path.dirname(os.path.dirname(FOLDER)), "engine", "store", "schema")
KEPT = ("journal", "pin", "vault", "contact", "secret", "mark")  # all others are projections
PRAGMAS = ("application_id", "user_version")


def names():
    return sorted(name[:-len(".journal.txt")] for name in os.listdir(FOLDER)
                  if name.endswith(".journal.txt"))


def path_of(name, part):
    return os.path.join(FOLDER, "%s.%s.txt" % (name, part))


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        if text.isprintable() and text.encode() == value:
            return "CAST(%s AS BLOB)" % literal(text)
        return "b64('%s')" % base64.b64encode(value).decode()
    if isinstance(value, str):
        return "'%s'" % value.replace("'", "''").replace("\n", "' || char(10) || '")
    return str(value)


def tables(db):
    return [name for (name,) in db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]


def rows(db, table):
    """The rows as statements, in an order that does not depend on who was written when."""
    lines = ["INSERT INTO %s VALUES (%s);" % (table, ", ".join(map(literal, row)))
             for row in db.execute("SELECT * FROM %s" % table)]
    return lines if table == "journal" else sorted(lines)


def journal(db):
    pragmas = ["PRAGMA %s = %d;" % (name, db.execute("PRAGMA " + name).fetchone()[0])
               for name in PRAGMAS]
    return pragmas + [line for table in tables(db) if table in KEPT for line in rows(db, table)]


def schema(name):
    """What made the tables of its form: these files are never changed, there are only further ones.
    """
    texts = []
    for number in range(1, int(name.split("-")[0]) + 1):
        with open(os.path.join(SCHEMA, "%03d.sql" % number), encoding="utf-8") as f:
            texts.append(f.read())
    return "\n".join(texts) + "\nDELETE FROM mark;\n"


def projections(db):
    return [line for table in tables(db) if table not in KEPT for line in rows(db, table)]


def write(name, part, lines):
    with open(path_of(name, part), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def read(name, part):
    with open(path_of(name, part), encoding="utf-8") as f:
        return f.read()


def stored(name):
    """Which part has the projections of its own version."""
    return "stored" if os.path.exists(path_of(name, "stored")) else "projections"


def restore(name, path, with_projections=True):
    """The database as it was, in a file of its own."""
    db = sqlite3.connect(path)
    db.create_function("b64", 1, base64.b64decode, deterministic=True)
    db.executescript(schema(name) + read(name, "journal"))
    if with_projections:
        db.executescript("BEGIN;\n" + read(name, stored(name)) + "COMMIT;")
    db.commit()
    db.close()
    return path
