"""The database schema, its version, and the steps that bring an older workspace up to it.

Facts are append-only: a fact is never changed or deleted, only ended, and names the import that ended it.
``fact visible after import N  <=>  import_id <= N and not ended by an import <= N``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    select,
    update,
)

from tracepack.errors import WorkspaceError

metadata = MetaData()

#: One row: which schema this is and whose workspace.
workspace = Table(
    "workspace",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("schema_version", Integer, nullable=False),
    Column("organisation", Text, nullable=False),  # Party ID of ourselves
    Column("site", Text, nullable=False),  # what a blank Site means
)

#: Everything that ever changed the workspace, numbered 1, 2, 3 ...; "as known after import N" counts these.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # import | withdrawal | closing
    Column("why", Text, nullable=False),  # the reason given, "" for none
)

#: The original bytes of every imported file, once.
blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

#: The files of an import, in the order given.
import_files = Table(
    "import_files",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("file", Text, nullable=False),  # name without folder
    Column("sha256", Text, ForeignKey("blobs.sha256"), nullable=False),
    PrimaryKeyConstraint("import_id", "position"),
)

#: Where rows come from: a sheet of a file and which of its columns held which field; row numbers stand in the payload.
origins = Table(
    "origins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("sheet", Text, nullable=False),  # as the workbook calls it
    Column("columns", Text, nullable=False),  # JSON: field -> column letter
    UniqueConstraint("file", "sha256", "sheet", "columns"),
)

#: The facts.  At most one of a key is current, whoever writes.
facts = Table(
    "facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sheet", Text, nullable=False),  # the contract's name
    Column("key", Text, nullable=False),  # JSON list of text
    Column("payload", Text, nullable=False),  # JSON list of [origin id, row number, values]
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("superseded_by", Integer, ForeignKey("imports.id")),  # the import that replaced it
    Column("withdrawn_by", Integer, ForeignKey("imports.id")),  # the withdrawal that took it back, superseded or not
    Index("facts_by_key", "sheet", "key", "id"),
    Index("facts_by_import", "import_id"),
)
_current = and_(facts.c.superseded_by.is_(None), facts.c.withdrawn_by.is_(None))
Index("facts_current", facts.c.sheet, facts.c.key, unique=True, sqlite_where=_current, postgresql_where=_current)
Index("facts_superseded", facts.c.superseded_by, sqlite_where=facts.c.superseded_by.is_not(None))
Index("facts_withdrawn", facts.c.withdrawn_by, sqlite_where=facts.c.withdrawn_by.is_not(None))

#: What a fact is about, so that a question finds its slice: see `tracepack.store.links` for the roles.
links = Table(
    "links",
    metadata,
    Column("fact_id", Integer, ForeignKey("facts.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("owner", Text, nullable=False),  # "" where the role has none
    Column("number", Text, nullable=False),
    PrimaryKeyConstraint("number", "owner", "role", "fact_id"),
    Index("links_by_fact", "fact_id", "role"),
    sqlite_with_rowid=False,
)

#: The balance periods that were closed, each once and for good.
closings = Table(
    "closings",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),  # its own number in the log
    Column("known_after", Integer, nullable=False),  # the import up to which facts counted
    Column("site", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("start", Text, nullable=False),  # ISO dates, inclusive
    Column("end", Text, nullable=False),
    Column("digest", Text, nullable=False),  # see `tracepack.core.closing.closing_text`
    UniqueConstraint("site", "period"),
)

#: What was told about the files of an import, beside what they show: it decides how they are read, so that it can be done again.
readings = Table(
    "readings",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("told", Text, nullable=False),  # JSON: see `tracepack.importing.told_text`
)

#: A step takes a workspace from the version of its place in the list (from 1) to the next.
Migration = Callable[[Connection], None]


def _add_closings(connection: Connection) -> None:
    """From 1 to 2: balance periods can be closed."""
    closings.create(connection)


def _add_readings(connection: Connection) -> None:
    """From 2 to 3: how files were read is kept; of older imports it is not known."""
    readings.create(connection)


MIGRATIONS: tuple[Migration, ...] = (_add_closings, _add_readings)
SCHEMA_VERSION = 1 + len(MIGRATIONS)


def create_schema(connection: Connection, organisation: str, site: str) -> None:
    """Lay out an empty workspace of the newest version."""
    metadata.create_all(connection)
    connection.execute(workspace.insert().values(id=1, schema_version=SCHEMA_VERSION, organisation=organisation, site=site))


def schema_version(connection: Connection) -> int:
    """The version of this workspace's schema."""
    return int(connection.execute(select(workspace.c.schema_version)).scalar_one())


def migrate(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring an older workspace up to date, step by step, in the caller's transaction; refuse a newer one."""
    newest = 1 + len(migrations)
    version = schema_version(connection)
    if version > newest:
        raise WorkspaceError(
            f"this workspace was written by a newer tracepack (its schema is version {version}, this program knows {newest})",
            "update tracepack",
        )
    for step in migrations[version - 1 :]:
        step(connection)
        version += 1
        connection.execute(update(workspace).values(schema_version=version))
