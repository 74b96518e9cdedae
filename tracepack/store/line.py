"""The line of a key: all facts it ever had, which of them are revived copies of which, and what one had replaced.

No column says what a copy was made from: a withdrawal copies the newest fact of the key that it leaves not taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from tracepack.store.schema import facts, imports


class Entry(NamedTuple):
    """One fact of a line; ``revived`` if a withdrawal recorded it, as the copy of an older one."""

    fact_id: int
    import_id: int
    revived: bool
    superseded_by: int | None
    withdrawn_by: int | None

    @property
    def stands(self) -> bool:
        return self.superseded_by is None and self.withdrawn_by is None


def line_of(connection: Connection, sheet: str, key: str) -> list[Entry]:
    """Every fact of a key, newest first."""
    columns = (facts.c.id, facts.c.import_id, imports.c.kind == "withdrawal", facts.c.superseded_by, facts.c.withdrawn_by)
    query = select(*columns).join(imports, imports.c.id == facts.c.import_id).where(facts.c.sheet == sheet, facts.c.key == key)
    return [
        Entry(fact_id, import_id, bool(revived), superseded_by, withdrawn_by)
        for fact_id, import_id, revived, superseded_by, withdrawn_by in connection.execute(query.order_by(facts.c.id.desc()))
    ]


def original(line: Sequence[Entry], entry: Entry) -> Entry:
    """The imported fact that this one is a copy of, over however many revivals; itself if it was imported."""
    while entry.revived:
        older = (one for one in line if one.fact_id < entry.fact_id)
        source = next((one for one in older if one.withdrawn_by is None or one.withdrawn_by > entry.import_id), None)
        if source is None:
            return entry
        entry = source
    return entry


def same_fact(line: Sequence[Entry], entry: Entry) -> list[Entry]:
    """The imported fact and all its copies."""
    root = original(line, entry)
    return [one for one in line if original(line, one) == root]


def predecessor(line: Sequence[Entry], entry: Entry) -> Entry | None:
    """What a fact had replaced and nobody took back; only an unbroken line of replacements is walked back."""
    while True:
        root = original(line, entry)
        before = next((one for one in line if one.fact_id < root.fact_id), None)
        if before is None or before.superseded_by is None:
            return None
        if before.withdrawn_by is None:
            return before
        entry = before
