"""SQL: SQLite, and PostgreSQL on a server of the test's own."""

import os
import shutil
import socket
import sqlite3
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from pipelines.core.errors import SourceError
from pipelines.ingest import database
from tests.ingest.raw_studies import read_one

PASSWORD = "ge:heim@/1%"  # signs with a meaning in addresses


@pytest.fixture
def shop(tmp_path):
    """A SQLite database with three orders, in no order."""
    (tmp_path / "raw").mkdir()
    with sqlite3.connect(tmp_path / "raw" / "shop.db") as connection:
        connection.execute("CREATE TABLE orders (id TEXT, pieces, amount REAL, note TEXT)")
        rows = [("b", 2, 1.5, None), ("a", "many", 2.5, None), ("a", 1, 0.5, None)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return tmp_path


def ask(folder, query, url="sqlite:///raw/shop.db"):
    return read_one(folder, reader="sql", url=url, query=query)


def test_rows_come_sorted_by_all_columns_whatever_the_query_says(shop):
    table = ask(shop, "SELECT * FROM orders ORDER BY amount DESC -- not kept")
    assert table.rows.collect().rows() == [
        (1, "a", "1", 0.5, None),
        (2, "a", "many", 2.5, None),
        (3, "b", "2", 1.5, None),
    ]
    assert (table.file, table.lines) == ("sql:shop", 3)


def test_batches_of_different_types_become_one_column(shop, monkeypatch):
    monkeypatch.setattr(database, "ROWS_PER_BATCH", 1)
    rows = ask(shop, "SELECT pieces, amount, note FROM orders;").rows.collect()
    assert rows["pieces"].to_list() == ["1", "2", "many"]
    assert rows["note"].to_list() == [None] * 3


def test_signs_with_a_meaning_to_drivers_are_meant_as_they_are(shop):
    assert ask(shop, "SELECT id FROM orders WHERE ':x' <> id AND id LIKE 'a%'").lines == 2


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("SELECT * FROM order_lines", r"shop\.query: .*no such table: order_lines"),
        ("SELECT amonut FROM orders", "no such column: amonut"),
        ("DELETE FROM orders", 'near "DELETE": syntax error'),
        ("SELECT * FROM orders) AS x; DROP TABLE orders; --", "expected a SELECT"),
        ("SELECT * FROM orders WHERE id = 'z'", "expected at least one row, got none"),
        ("SELECT x'00' AS picture FROM orders", "got 'picture' of type Binary; cast"),
    ],
)
def test_a_query_that_cannot_be_used_says_why(shop, query, match):
    with pytest.raises(SourceError, match=match):
        ask(shop, query)
    assert ask(shop, "SELECT * FROM orders").lines == 3


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("sqlite:///raw/shop.sqlite", "got no file 'raw/shop.sqlite'"),
        ("sqlite://", "expected a SQLite file in the study's folder"),
        ("mysql://me:geheim@host/shop", "got one of mysql"),
        ("shop.db", "address of a SQLite or PostgreSQL database"),
        ("postgresql://me:geheim@host:port/shop", "address of a SQLite or PostgreSQL database"),
        ("postgresql://me:$NO_SUCH_NAME@host/shop", "environment variable NO_SUCH_NAME, got none"),
        ("postgresql://me:geheim@127.0.0.1:1/shop", r"database 'shop' at 127\.0\.0\.1:1, got conn"),
    ],
)
def test_an_address_that_leads_nowhere_says_why_and_keeps_the_password(shop, url, match):
    with pytest.raises(SourceError, match=match) as caught:
        ask(shop, "SELECT 1", url)
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(shop):
    (shop / "raw" / "shop.db").write_text("id,b\n" * 200)
    with pytest.raises(SourceError, match="file is not a database"):
        ask(shop, "SELECT * FROM orders")


def test_a_whole_address_may_come_from_the_environment(shop, monkeypatch):
    monkeypatch.setenv("SHOP_URL", "sqlite:///raw/shop.db")
    assert ask(shop, "SELECT * FROM orders", "$SHOP_URL").lines == 3


def programs() -> Path | None:
    """Folder of PostgreSQL's server programs, if they are installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    candidates = [*folders, *([Path(found).parent] if found else [])]
    return next((folder for folder in candidates if (folder / "pg_ctl").exists()), None)


def leave_out(reason: str) -> NoReturn:
    """Skip, and say so; continuous integration fails instead."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL server with one table; gives the number of its port."""
    folder = programs()
    if folder is None:
        leave_out("PostgreSQL's server is not installed (apt-get install postgresql)")
    home, user = tmp_path_factory.mktemp("postgres"), []
    if os.getuid() == 0:  # the server refuses to run as root
        runuser = shutil.which("runuser", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if runuser is None:
            leave_out("PostgreSQL does not run as root, and there is no runuser")
        user = [runuser, "-u", "postgres", "--"]
        for part in (home, home.parent, home.parent.parent):
            part.chmod(0o755)
        shutil.chown(home, "postgres")
    data, secret, port = home / "data", home / "secret", free_port()
    secret.write_text(PASSWORD)
    secret.chmod(0o644)

    def call(program, *arguments):
        command = [*user, str(folder / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL)

    call("initdb", "-U", "me", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c timezone=Asia/Tokyo"
    call("pg_ctl", "-w", "-l", str(home / "log"), "-o", options, "start")
    try:
        fill(port)
        yield port
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")


def fill(port: int) -> None:
    address = {"host": "127.0.0.1", "port": port, "user": "me", "dbname": "postgres"}
    with psycopg.connect(password=PASSWORD, **address) as connection:
        connection.execute(
            "CREATE TABLE orders (id uuid, amount numeric, on_day date, at timestamptz,"
            " note text, more jsonb, tags int[])"
        )
        for i in (2, 1):
            connection.execute(
                "INSERT INTO orders VALUES (%s, %s, '2024-01-31', '2024-01-31 12:00+01',"
                " NULL, '{\"a\": 1}', '{1}')",
                (f"00000000-0000-0000-0000-00000000000{i}", i / 4),
            )


@pytest.fixture
def postgres(server, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    monkeypatch.setenv("SHOP_HOST", f"127.0.0.1:{server}")
    return "postgresql://me:$SHOP_PASSWORD@${SHOP_HOST}/postgres"


def test_postgresql_rows_come_typed_sorted_and_in_utc(tmp_path, postgres, monkeypatch):
    monkeypatch.setattr(database, "ROWS_PER_BATCH", 1)
    query = "SELECT id, amount, on_day, at, note, more FROM orders WHERE note IS NULL OR '%' = '%'"
    rows = ask(tmp_path, query, postgres).rows.collect()
    assert rows["id"].str.tail(1).to_list() == ["1", "2"]
    assert rows["amount"].cast(float).to_list() == [0.25, 0.5]
    assert rows["on_day"].to_list() == [date(2024, 1, 31)] * 2
    assert rows["at"].to_list() == [datetime(2024, 1, 31, 11, tzinfo=UTC)] * 2
    assert str(rows["at"].dtype) in (
        "Datetime(time_unit='us', time_zone='UTC')",
        "Datetime(time_unit='us', time_zone='Etc/UTC')",
    )
    assert rows["note"].to_list() == [None, None]
    assert rows["more"].to_list() == ['{"a": 1}'] * 2


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("SELECT * FROM order_lines", 'relation "order_lines" does not exist'),
        ("SELECT id, id FROM orders", r"query: header: .*'id' \(columns 1 and 2\)"),
        ("SELECT tags FROM orders", "got 'tags' of type List"),
        ("SELECT 1 / (amount - 0.5) AS x FROM orders", "division by zero"),
        ("SELECT more::json FROM orders", "could not identify an ordering operator"),
        ("DELETE FROM orders RETURNING id", "syntax error"),
        ("SELECT setval('s', 1)", 'relation "s" does not exist'),
    ],
)
def test_postgresql_refuses_a_query_with_a_reason(tmp_path, postgres, query, match):
    with pytest.raises(SourceError, match=match):
        ask(tmp_path, query, postgres)


def test_nothing_can_be_written_through_a_query(tmp_path, postgres, server):
    with psycopg.connect(
        host="127.0.0.1", port=server, user="me", dbname="postgres", password=PASSWORD
    ) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS counter")
    with pytest.raises(SourceError, match="read-only transaction"):
        ask(tmp_path, "SELECT nextval('counter') AS n", postgres)


def test_a_wrong_password_is_not_shown(tmp_path, postgres, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "falsch")
    with pytest.raises(SourceError, match="password authentication failed") as caught:
        ask(tmp_path, "SELECT 1", postgres)
    assert "falsch" not in str(caught.value)
