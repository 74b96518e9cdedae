"""Opening and creating the database, and the connection every use of it goes through."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import url2pathname

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from tracepack.errors import WorkspaceError
from tracepack.store.schema import SCHEMA_VERSION, create_schema, migrate, schema_version, workspace

#: How long one process waits for another's import, in milliseconds.
BUSY_TIMEOUT_MS = 120_000
#: Pages that a connection keeps in memory, in KB: a large import writes them once, not whenever they are pushed out.
PAGE_CACHE_KB = 32_768


def database_url(where: str | Path) -> URL:
    """The database of a path or of a database URL."""
    if "://" not in str(where):
        return URL.create("sqlite", database=str(where))
    try:
        return make_url(str(where))
    except ArgumentError:
        raise WorkspaceError(f"{where} is not a database URL", "for example postgresql+psycopg://user@host/name") from None


def readable_url(url: URL) -> URL:
    """The same database, opened so that nothing beside it must be written, where its file or folder cannot be written to.

    SQLite keeps its log beside the file and makes it even to read, unless it is promised that nobody writes.  That is no
    promise to give where a log holds changes that are not in the file yet.
    """
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not path.is_file():
        return url
    if all(os.access(place, os.W_OK) for place in (path, path.absolute().parent)) or _log_size(path):
        return url
    return URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "immutable": "1", "uri": "true"})


def _log_size(path: Path) -> int:
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        return 0


def _path_of(url: URL) -> Path:
    """The file of a SQLite database, however it is opened."""
    text = url.database or ""
    return Path(url2pathname(text.removeprefix("file:"))) if text.startswith("file:") else Path(text)


def _unwritten(url: URL) -> tuple[int, ...] | None:
    """What a database that was promised to stay as it is looks like from outside; None for any other."""
    if "immutable" not in url.query:
        return None
    path = _path_of(url)
    found = path.stat()
    return found.st_mtime_ns, found.st_size, _log_size(path)


def connect(url: URL) -> Engine:
    """An engine; on SQLite with foreign keys, a busy timeout, and transactions that begin when we say so."""
    try:
        # A connection a transaction: the last one to close folds the log back into the one file a user sees.
        engine = create_engine(url, poolclass=NullPool)
    except (NoSuchModuleError, ImportError) as problem:
        raise WorkspaceError(f"no driver for {url.drivername}: {problem}", "install the database's Python driver") from None
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KB}")


def _begin(connection: Connection) -> None:
    # A writer takes the lock before it reads, so that what it read is still true when it writes.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def transaction(engine: Engine, *, writing: bool) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back by any exception; the database's complaints become WorkspaceErrors."""
    before = _unwritten(engine.url)
    try:
        with engine.connect().execution_options(writing=writing) as connection, connection.begin():
            yield connection
    except DatabaseError as problem:
        raise _explained(engine, problem) from problem
    if before != _unwritten(engine.url):
        raise WorkspaceError(f"the workspace {_path_of(engine.url)} changed while it was read", "run the command again")


def _explained(engine: Engine, problem: DatabaseError) -> Exception:
    """A WorkspaceError for what a user can meet; a broken constraint is a bug and stays what it is."""
    text = str(problem.orig)
    path = _path_of(engine.url)
    if "not a database" in text or "malformed" in text:
        return WorkspaceError(f"{path} is not a tracepack workspace, or is damaged: {text}")
    if "locked" in text:
        return WorkspaceError("another process is writing to this workspace", "wait for it to end and try again")
    if "readonly" in text:
        return WorkspaceError(f"the workspace {path} cannot be written to", f"copy {path.name} to a folder where you may write")
    if "unable to open" in text or "disk" in text:
        return WorkspaceError(f"the workspace {path} could not be used: {text}")
    return problem


def create_database(where: str | Path, organisation: str, site: str) -> None:
    """Create a workspace; refuse an existing one.  A SQLite file appears whole or not at all."""
    url = database_url(where)
    if url.get_backend_name() != "sqlite":
        _create_on_server(url, organisation, site)
        return
    path = Path(url.database or "")
    if path.exists():
        raise WorkspaceError(f"{path} exists already", "choose another file with -w, or use the one that is there")
    if not path.absolute().parent.is_dir():
        raise WorkspaceError(f"there is no folder {path.parent}", "create it first")
    _create_file(path, organisation, site)


def _create_file(path: Path, organisation: str, site: str) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.absolute().parent) as folder:
        draft = Path(folder) / "draft.db"
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # kept in the file; to open another's database changes nothing in it
        engine = connect(URL.create("sqlite", database=str(draft)))
        with transaction(engine, writing=True) as drafting:
            create_schema(drafting, organisation, site)
        engine.dispose()
        if path.exists():
            raise WorkspaceError(f"{path} exists already", "another process has just created it")
        draft.replace(path)


def _create_on_server(url: URL, organisation: str, site: str) -> None:
    with transaction(connect(url), writing=True) as connection:
        if inspect(connection).has_table(workspace.name):
            raise WorkspaceError("there is a workspace in this database already", "choose another database, or use the one that is there")
        create_schema(connection, organisation, site)


def open_database(where: str | Path) -> Engine:
    """Open an existing workspace, bringing an older one up to date; refuse what is none or is newer than this program."""
    url = database_url(where)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise WorkspaceError(f"there is no workspace {url.database}", "`tracepack init` creates one; -w names another")
    engine = connect(readable_url(url))
    with transaction(engine, writing=False) as connection:
        if not inspect(connection).has_table(workspace.name):
            raise WorkspaceError(f"{url.database} is not a tracepack workspace", "`tracepack init` creates one")
        current = schema_version(connection) == SCHEMA_VERSION
    if not current:
        with transaction(engine, writing=True) as connection:
            migrate(connection)
    return engine
