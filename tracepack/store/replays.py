"""What it takes to do a workspace's imports again elsewhere: how files were read, which facts withdrawals took back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from tracepack.core.ledger import Fact
from tracepack.store.changes import withdraw_facts
from tracepack.store.payload import FACT_COLUMNS, decode_facts, key_text
from tracepack.store.schema import facts, readings


class FactName(NamedTuple):
    """A fact by its sheet, its key and the import (or withdrawal) that recorded it: the same in every workspace that did the same."""

    sheet: str
    key: tuple[str, ...]
    import_id: int


def keep_reading(connection: Connection, import_id: int, told: str) -> None:
    """Keep what was told about the files of an import, as JSON text."""
    connection.execute(insert(readings).values(import_id=import_id, told=told))


def told_of(connection: Connection) -> dict[int, str]:
    """What was told about the files of each import; an import of an older tracepack is not there."""
    rows = connection.execute(select(readings.c.import_id, readings.c.told)).all()
    return {row.import_id: row.told for row in rows}


def withdrawn_facts(connection: Connection, import_id: int) -> list[tuple[FactName, Fact]]:
    """The facts that a withdrawal took back, in stored order."""
    stored = connection.execute(select(*FACT_COLUMNS).where(facts.c.withdrawn_by == import_id)).all()
    by = {row.id: row.import_id for row in stored}
    return [(FactName(fact.sheet, fact.key, by[fact.fact_id]), fact) for fact in decode_facts(connection, stored)]


def withdraw_again(connection: Connection, names: Iterable[FactName], why: str) -> None:
    """Do a withdrawal again; facts that are not there are passed over."""
    found: list[int] = []
    for name in names:
        same = (facts.c.sheet == name.sheet) & (facts.c.key == key_text(name.key)) & (facts.c.import_id == name.import_id)
        found += [row.id for row in connection.execute(select(facts.c.id).where(same, facts.c.withdrawn_by.is_(None)))]
    if found:
        withdraw_facts(connection, sorted(found), why)
