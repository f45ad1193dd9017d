"""The databases that a server under test may use, as the tests look at them: rows of a query, and the
audit that operators run."""

import csv
import io
import pathlib
import sqlite3

AUDIT = (pathlib.Path(__file__).resolve().parents[2] / "sql" / "audit.sql").read_text()


class Sqlite:
    """A file. Also of a server that runs: reads only."""

    def __init__(self, path):
        self.path = path

    def rows(self, sql):
        """Each a {column: value}."""
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(sql)]
        finally:
            database.close()

    def change(self, sql):
        database = sqlite3.connect(self.path, timeout=30)
        database.executescript(sql)
        database.close()

    def check_files(self):
        assert self.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert not self.rows("PRAGMA foreign_key_check")


class Postgresql:
    """A database of a servers.Postgres."""

    def __init__(self, server, name):
        self.server, self.name = server, name

    @property
    def url(self):
        return self.server.database(self.name)

    def rows(self, sql):
        """Each a {column: value}; a value that looks like a number is one, NULL is ""."""
        table = csv.DictReader(io.StringIO(self.server.psql(sql, self.name, "--csv", "-P", "tuples_only=off")))
        return [{name: int(value) if value.lstrip("-").isdigit() else value
                 for name, value in row.items()} for row in table]

    def change(self, sql):
        self.server.psql(sql, self.name)

    def check_files(self):
        pass  # the server's own business


def broken_promises(database):
    """What sql/audit.sql finds: {promise: (violations, lowest id)}."""
    rows = database.rows(AUDIT)
    assert len(rows) > 10, rows
    return {row["promise"]: (row["violations"], row["first_id"]) for row in rows if row["violations"] != 0}


def check_database(database, acknowledged=()):
    """Asserts that the program kept its promises. `acknowledged`: ids of submissions that players were
    told; each must be there. `database`: one of the above, or the path of a file."""
    if not hasattr(database, "rows"):
        database = Sqlite(database)
    database.check_files()
    broken = broken_promises(database)
    assert not broken, broken
    ids = {row["id"] for row in database.rows("SELECT id FROM submissions")}
    assert len(acknowledged) == len(set(acknowledged)), "a submission id was given out twice"
    assert set(acknowledged) <= ids, f"lost: {sorted(set(acknowledged) - ids)}"
