"""Whatever happens - a kill, a second process, another version - a workspace is in its last good state."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from chain_facts import FILE, US, delivery
from sqlalchemy import Connection, text

from tracepack.errors import WorkspaceError
from tracepack.store import Store
from tracepack.store.database import BUSY_TIMEOUT_MS, connect, database_url, open_database, transaction
from tracepack.store.schema import SCHEMA_VERSION, migrate, schema_version

HERE = Path(__file__).parent

#: Imports two deliveries, one of them a replacement, and kills itself at a given point.
KILLED_IMPORT = """
import os, signal, sys
from sqlalchemy import event
from chain_facts import FILE, delivery, ImportedFile
from tracepack.store import Store

store, point = Store.open(sys.argv[1]), sys.argv[2]
seen = 0

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(store._engine, "after_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if point.isdigit() and seen == int(point):
        die()

if point == "commit":
    event.listen(store._engine, "commit", die)
store.record_import([ImportedFile("april.xlsx", "a9", b"april")], [delivery("B", "200")], [delivery("A", "120")])
print(seen)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def quantities(store: Store) -> list[int]:
    return [int(d.quantity) for d in store.load_ledger().deliveries]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Store.create(tmp_path / "w.db", US, "PLANT").record_import([FILE], [delivery("A", "100")])
    return tmp_path / "w.db"


def test_the_import_that_is_killed_below_writes_in_many_statements(path: Path) -> None:
    output, _ = start(KILLED_IMPORT, str(path), "never").communicate(timeout=60)
    assert int(output) > 12
    assert quantities(Store.open(path)) == [200, 120]


@pytest.mark.parametrize("point", ["1", "3", "5", "7", "9", "11", "12", "commit"])
def test_a_killed_import_leaves_the_state_before_it(path: Path, point: str) -> None:
    process = start(KILLED_IMPORT, str(path), point)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    store = Store.open(path)
    assert (quantities(store), store.latest_import(), store.file_data("a9")) == ([100], 1, None)
    store.record_import([FILE], [delivery("C", "300")])
    assert quantities(store) == [100, 300], "and the next import works"


KILLED_INIT = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tracepack.store import Store

seen = 0

@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if seen == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Store.create(sys.argv[1], "US", "PLANT")
"""


@pytest.mark.parametrize("point", ["1", "10", "15"])
def test_a_killed_init_leaves_no_workspace_and_does_not_stand_in_the_way(tmp_path: Path, point: str) -> None:
    process = start(KILLED_INIT, str(tmp_path / "w.db"), point)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "w.db").exists()
    assert Store.create(tmp_path / "w.db", US, "PLANT").latest_import() == 0


def test_two_processes_import_one_after_the_other(path: Path) -> None:
    script = (
        "import sys; from chain_facts import FILE, delivery; from tracepack.store import Store\n"
        "store = Store.open(sys.argv[1])\n"
        "for n in range(10): store.record_import([FILE], [delivery(f'{sys.argv[2]}-{n}')])"
    )
    processes = [start(script, str(path), name) for name in ("left", "right")]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    store = Store.open(path)
    assert (len(quantities(store)), store.latest_import()) == (21, 21)


def test_a_reader_sees_one_state_while_another_writes(path: Path) -> None:
    reader, writer = Store.open(path), Store.open(path)
    with reader.reading():
        before = reader.latest_import()
        thread = threading.Thread(target=writer.record_import, args=([FILE], [delivery("B", "200")]))
        thread.start()
        thread.join()
        assert (reader.latest_import(), quantities(reader)) == (before, [100])
    assert quantities(reader) == [100, 200]


def test_a_writer_that_waits_too_long_says_so(path: Path) -> None:
    assert BUSY_TIMEOUT_MS >= 10_000, "an import of 100,000 rows may take seconds"
    engine = connect(database_url(path))
    with Store.open(path).writing(), pytest.raises(WorkspaceError, match="another process is writing"):
        _write_without_patience(engine)


def _write_without_patience(engine: object) -> None:
    from sqlalchemy import event  # noqa: PLC0415

    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    with transaction(engine, writing=True):  # type: ignore[arg-type]
        raise AssertionError("the lock was taken")


def test_foreign_keys_hold(path: Path) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"), transaction(open_database(path), writing=True) as connection:
        connection.execute(text("INSERT INTO links (fact_id, role, owner, number) VALUES (99, 'name', 'X', 'Y')"))


def test_readers_and_a_writer_do_not_wait_for_each_other(path: Path) -> None:
    with transaction(open_database(path), writing=False) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_workspace_is_one_file(path: Path) -> None:
    assert [p.name for p in path.parent.iterdir()] == ["w.db"]


def set_version(path: Path, version: int) -> None:
    with transaction(connect(database_url(path)), writing=True) as connection:
        connection.execute(text("UPDATE workspace SET schema_version = :v"), {"v": version})


def test_a_newer_workspace_is_refused(path: Path) -> None:
    set_version(path, SCHEMA_VERSION + 1)
    with pytest.raises(WorkspaceError, match="newer tracepack"):
        Store.open(path)


def test_an_older_workspace_is_brought_up_step_by_step_or_stays(path: Path) -> None:
    def add_note(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE notes (id INTEGER)"))

    def fail(connection: Connection) -> None:
        raise RuntimeError("half way")

    set_version(path, 1)
    engine = connect(database_url(path))
    with pytest.raises(RuntimeError, match="half way"), transaction(engine, writing=True) as connection:
        migrate(connection, [add_note, fail])
    with transaction(engine, writing=True) as connection:
        assert schema_version(connection) == 1, "and the table of the first step is gone, or the next line would fail"
        migrate(connection, [add_note])
        assert schema_version(connection) == 2


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(WorkspaceError, match="exists already"):
        Store.create(path, "OTHER", "PLANT")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "says"), [(None, "there is no workspace"), (b"", "not a tracepack workspace"), (b"text" * 999, "not a tracepack")]
)
def test_what_is_no_workspace(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "w.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WorkspaceError, match=says):
        Store.open(path)
    assert (path.read_bytes() if content is not None else None) == content


@pytest.mark.parametrize("where", ["nonsense://", "oracle+nothing://host/name", "://"])
def test_a_database_url_that_is_none(where: str) -> None:
    with pytest.raises(WorkspaceError):
        Store.open(where)
