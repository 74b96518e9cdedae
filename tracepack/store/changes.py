"""Every change of a workspace: recording an import and taking something back.  Each runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select, update

from tracepack.core.ledger import Fact
from tracepack.errors import UnknownImport
from tracepack.store.line import Entry, line_of, original, predecessor, same_fact
from tracepack.store.links import Link, links_of
from tracepack.store.lookup import current_facts
from tracepack.store.payload import PayloadWriter, key_text
from tracepack.store.schema import blobs, facts, import_files, imports, links
from tracepack.store.slices import batches

#: So many facts are written out and sent to the database together.
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file as it was imported: its name without folder, the SHA-256 and the bytes."""

    file: str
    sha256: str
    data: bytes


def record_import(
    connection: Connection, files: Sequence[ImportedFile], record: Sequence[Fact], supersede: Sequence[Fact], organisation: str, why: str
) -> int:
    """Keep the files and facts of one import; ``supersede`` are new facts that replace the current one of their key.

    Returns the import's number.  Its order of writing is: import, blobs, files, ends, origins, facts, links.
    """
    import_id = begin(connection, "import", why)
    _keep_files(connection, import_id, files)
    replaced = current_facts(connection, ((fact.sheet, fact.key) for fact in supersede))
    _end(connection, [fact.fact_id for fact in replaced.values()], {"superseded_by": import_id})
    _add_facts(connection, import_id, [*record, *supersede], organisation)
    return import_id


def begin(connection: Connection, kind: str, why: str) -> int:
    """Open a new entry of the log: an import, a withdrawal or a closing.  Returns its number."""
    import_id = int(connection.execute(select(func.max(imports.c.id))).scalar() or 0) + 1
    connection.execute(insert(imports).values(id=import_id, kind=kind, why=why))
    return import_id


def _keep_files(connection: Connection, import_id: int, files: Sequence[ImportedFile]) -> None:
    for position, file in enumerate(files):
        if connection.execute(select(blobs.c.sha256).where(blobs.c.sha256 == file.sha256)).first() is None:
            connection.execute(insert(blobs).values(sha256=file.sha256, data=file.data))
        connection.execute(insert(import_files).values(import_id=import_id, position=position, file=file.file, sha256=file.sha256))


def _end(connection: Connection, fact_ids: Iterable[int], by: dict[str, int]) -> None:
    for batch in batches(fact_ids):
        connection.execute(update(facts).where(facts.c.id.in_(batch)).values(**by))


def _add_facts(connection: Connection, import_id: int, new: Sequence[Fact], organisation: str) -> None:
    """Insert many facts with their links; ids are given here so that both tables go in with few statements."""
    first = int(connection.execute(select(func.max(facts.c.id))).scalar() or 0) + 1
    writer = PayloadWriter(connection)
    for start in range(0, len(new), _AT_ONCE):
        batch = list(enumerate(new[start : start + _AT_ONCE], start=first + start))
        rows = [(number, fact.sheet, key_text(fact.key), writer.payload(fact.rows), import_id) for number, fact in batch]
        _insert(connection, facts, ("id", "sheet", "key", "payload", "import_id"), rows)
        about = [(number, *link) for number, fact in batch for link in links_of(fact, organisation)]
        _insert(connection, links, ("fact_id", *Link._fields), about)


def _insert(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    """Insert many rows; where the driver takes values by place they go to it as they are, without a dict of each."""
    if not rows:
        return
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=names)
    if tuple(getattr(compiled, "positiontup", None) or ()) == names:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def withdraw_import(connection: Connection, import_id: int, why: str) -> int:
    """Take back what stands of an import, also where it was revived; what it had replaced holds again.

    What was replaced meanwhile is marked, so that it never comes back.  Returns the withdrawal's number.
    """
    kind = connection.execute(select(imports.c.kind).where(imports.c.id == import_id)).scalar()
    if kind is None:
        raise UnknownImport(f"there is no import {import_id}", "see `tracepack log`")
    if kind == "closing":
        hint = "correct the facts: in the books the difference becomes an adjustment in the open period"
        raise UnknownImport(f"{import_id} closed a balance period, and what is closed stays closed", hint)
    if kind != "import":
        raise UnknownImport(f"{import_id} is a withdrawal, not an import", "import the file again to bring its facts back")
    mine = select(facts.c.id, facts.c.superseded_by).where(facts.c.import_id == import_id, facts.c.withdrawn_by.is_(None))
    standing = {fact_id: superseded_by is None for fact_id, superseded_by in connection.execute(mine)}
    standing |= {copy.fact_id: copy.stands for copy in _revived(connection, import_id)}
    if not any(standing.values()):
        raise _nothing_stands(connection, import_id)
    return withdraw_facts(connection, list(standing), why)


def _revived(connection: Connection, import_id: int) -> list[Entry]:
    """The copies of an import's facts that withdrawals made and nobody took back."""
    mine = facts.alias("mine")
    same = (mine.c.sheet == facts.c.sheet) & (mine.c.key == facts.c.key) & (mine.c.import_id == import_id)
    copies = select(facts.c.sheet, facts.c.key).join(imports, imports.c.id == facts.c.import_id).distinct()
    copies = copies.where(imports.c.kind == "withdrawal", facts.c.withdrawn_by.is_(None), select(mine.c.id).where(same).exists())
    lines = [line_of(connection, sheet, key) for sheet, key in connection.execute(copies).all()]
    alive = ((line, entry) for line in lines for entry in line if entry.revived and entry.withdrawn_by is None)
    return [entry for line, entry in alive if original(line, entry).import_id == import_id]


def _nothing_stands(connection: Connection, import_id: int) -> UnknownImport:
    """Why there is nothing to take back: it was taken back, or what other imports said in its place holds."""
    mine = select(facts.c.sheet, facts.c.key).where(facts.c.import_id == import_id, facts.c.withdrawn_by.is_(None))
    lines = [line_of(connection, sheet, key) for sheet, key in connection.execute(mine).all()]
    holding = sorted({original(line, entry).import_id for line in lines for entry in line if entry.stands})
    if not holding:
        return UnknownImport(f"nothing of import {import_id} is left to take back", "see `tracepack log`")
    by = ("import " if len(holding) == 1 else "imports ") + ", ".join(map(str, holding))
    return UnknownImport(
        f"nothing of import {import_id} is left to take back: {by} replaced it",
        f"to take back the replacement: `tracepack withdraw {holding[-1]}`; what it replaced then holds again and can be withdrawn, too",
    )


def withdraw_fact(connection: Connection, fact_id: int, why: str) -> int:
    """Take back one fact, or the copy that revived it; what it had replaced holds again.  Returns the withdrawal's number."""
    row = connection.execute(select(facts.c.sheet, facts.c.key).where(facts.c.id == fact_id)).first()
    if row is None:
        raise UnknownImport(f"there is no fact {fact_id}", "`tracepack log IMPORT` lists the facts of an import")
    line = line_of(connection, row.sheet, row.key)
    fact = next(entry for entry in line if entry.fact_id == fact_id)
    same = same_fact(line, fact)
    if not any(entry.stands for entry in same):
        last = same[0] if fact.withdrawn_by is None else fact
        ended = f"withdrawn by {last.withdrawn_by}" if last.withdrawn_by is not None else f"replaced by import {last.superseded_by}"
        raise UnknownImport(f"fact {fact_id} does not hold any more: it was {ended}", "see `tracepack log`")
    return withdraw_facts(connection, [entry.fact_id for entry in same if entry.withdrawn_by is None], why)


def withdraw_facts(connection: Connection, fact_ids: Sequence[int], why: str) -> int:
    """End some facts and bring back, as copies, what the current ones among them had replaced."""
    import_id = begin(connection, "withdrawal", why)
    emptied: list[tuple[int, str, str]] = []
    for batch in batches(fact_ids):
        current = select(facts.c.id, facts.c.sheet, facts.c.key).where(facts.c.id.in_(batch), facts.c.superseded_by.is_(None))
        emptied.extend((fact_id, sheet, key) for fact_id, sheet, key in connection.execute(current))
    _end(connection, fact_ids, {"withdrawn_by": import_id})
    for fact_id, sheet, key in emptied:
        line = line_of(connection, sheet, key)
        before = predecessor(line, next(entry for entry in line if entry.fact_id == fact_id))
        if before is not None:
            _copy(connection, before.fact_id, import_id)
    return import_id


def _copy(connection: Connection, fact_id: int, import_id: int) -> None:
    number = int(connection.execute(select(func.max(facts.c.id))).scalar() or 0) + 1
    row = connection.execute(select(facts.c.sheet, facts.c.key, facts.c.payload).where(facts.c.id == fact_id)).one()
    connection.execute(insert(facts).values(id=number, import_id=import_id, **row._mapping))
    about = select(links.c.role, links.c.owner, links.c.number).where(links.c.fact_id == fact_id)
    connection.execute(insert(links), [{"fact_id": number, **row._mapping} for row in connection.execute(about).all()])
