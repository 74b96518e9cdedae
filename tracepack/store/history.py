"""The log: every import, withdrawal and closing, and what each changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Select, func, or_, select

from tracepack.core.closing import Closing
from tracepack.core.findings import SourceRef
from tracepack.core.ledger import Fact
from tracepack.store.closings import read_closings
from tracepack.store.payload import FACT_COLUMNS, decode_facts
from tracepack.store.schema import facts, import_files, imports

Kind = Literal["import", "withdrawal", "closing"]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One change: recorded has ``new``, superseded has both, withdrawn has ``old`` and, where it came back, what that had replaced."""

    action: Literal["recorded", "superseded", "withdrawn"]
    old: Fact | None
    new: Fact | None


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import or withdrawal: its files, how many facts it recorded by sheet, replaced and took back, and the changes.

    ``closing`` is the period that a closing closed.
    """

    import_id: int
    kind: Kind
    why: str
    files: tuple[SourceRef, ...]
    recorded: dict[str, int]
    superseded: int
    withdrawn: int
    changes: tuple[FactChange, ...]
    closing: Closing | None = None


def latest_import(connection: Connection) -> int:
    """The number of the newest import, withdrawal or closing; 0 in a new workspace."""
    return int(connection.execute(select(func.max(imports.c.id))).scalar() or 0)


def latest_change(connection: Connection, as_of: int) -> int:
    """The newest entry of the log up to ``as_of`` that changed facts, which a closing does not; 0 where there is none."""
    query = select(func.max(imports.c.id)).where(imports.c.id <= as_of, imports.c.kind != "closing")
    return int(connection.execute(query).scalar() or 0)


def history(connection: Connection, only: int | None = None) -> list[ImportRecord]:
    """All imports, oldest first, with what they replaced or took back; ``only`` one of them lists what it recorded, too."""
    query = select(imports).order_by(imports.c.id)
    if only is not None:
        query = query.where(imports.c.id == only)
    return [_record(connection, row.id, row.kind, row.why, only is not None) for row in connection.execute(query).all()]


def _record(connection: Connection, import_id: int, kind: Kind, why: str, whole: bool) -> ImportRecord:
    files = (
        select(import_files.c.file, import_files.c.sha256).where(import_files.c.import_id == import_id).order_by(import_files.c.position)
    )
    counts = select(facts.c.sheet, func.count()).where(facts.c.import_id == import_id).group_by(facts.c.sheet).order_by(facts.c.sheet)
    changes = _changes(connection, import_id, whole)
    return ImportRecord(
        import_id=import_id,
        kind=kind,
        why=why,
        files=tuple(SourceRef(file, sha256, "", "") for file, sha256 in connection.execute(files)),
        recorded={sheet: int(count) for sheet, count in connection.execute(counts)},
        superseded=sum(change.action == "superseded" for change in changes),
        withdrawn=sum(change.action == "withdrawn" for change in changes),
        changes=changes,
        closing=next((c for c in read_closings(connection) if c.number == import_id), None) if kind == "closing" else None,
    )


def _changes(connection: Connection, import_id: int, whole: bool) -> tuple[FactChange, ...]:
    """Replaced facts beside what replaced them, facts taken back, and (``whole``) facts recorded; each by fact number."""
    stood = (facts.c.withdrawn_by == import_id) & facts.c.superseded_by.is_(None)  # what was replaced before did not change
    ended = select(*FACT_COLUMNS, facts.c.withdrawn_by).where(or_(facts.c.superseded_by == import_id, stood))
    stored = connection.execute(ended).all()
    taken_back = {row.id for row in stored if row.withdrawn_by == import_id}
    old = decode_facts(connection, stored)
    new = decode_facts(connection, connection.execute(_recorded(import_id, whole)).all())
    by_key = {(fact.sheet, fact.key): fact for fact in new}
    replaced = [FactChange("superseded", fact, by_key.get((fact.sheet, fact.key))) for fact in old if fact.fact_id not in taken_back]
    withdrawn = [FactChange("withdrawn", fact, by_key.get((fact.sheet, fact.key))) for fact in old if fact.fact_id in taken_back]
    fresh = {change.new.fact_id for change in replaced if change.new is not None}
    recorded = [FactChange("recorded", None, fact) for fact in new if fact.fact_id not in fresh]
    return (*replaced, *withdrawn, *(recorded if whole else ()))


def _recorded(import_id: int, whole: bool) -> Select[tuple[int, str, str, str, int]]:
    """The facts an import recorded: all, or only those in the place of one it ended."""
    query = select(*FACT_COLUMNS).where(facts.c.import_id == import_id)
    if whole:
        return query
    before = facts.alias("before")
    same = (before.c.sheet == facts.c.sheet) & (before.c.key == facts.c.key)
    ended = or_(before.c.superseded_by == import_id, before.c.withdrawn_by == import_id)
    return query.where(select(before.c.id).where(same, ended).exists())
