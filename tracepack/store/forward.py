"""What a recall needs of a workspace beyond the walk down: where the subject came in, and what else went into its runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, or_, select

from tracepack.core.ledger import Fact, LotKey
from tracepack.store.links import MAKE, NAME
from tracepack.store.payload import FACT_COLUMNS, decode_facts, key_text
from tracepack.store.schema import facts
from tracepack.store.slices import described, facts_of, visible


def facts_holding(connection: Connection, sheets: Collection[str], texts: Collection[str], as_of: int | None) -> list[Fact]:
    """The facts of some sheets that may hold any of some texts in whatever case and spacing; a sieve, in stored order."""
    holds = or_(*(_may_hold(text) for text in sorted(texts)))
    query = select(*FACT_COLUMNS).where(facts.c.sheet.in_(sheets), visible(as_of), holds)
    return decode_facts(connection, connection.execute(query).all())


def _may_hold(text: str) -> ColumnElement[bool]:
    """Whether a payload holds a text's words in their order, or the text as JSON spells it."""
    words = re.findall(r"[0-9A-Za-z]+", text)
    if not words or not text.isascii():
        return facts.c.payload.contains(key_text([text])[2:-2], autoescape=True)
    return facts.c.payload.ilike("%" + "%".join(words) + "%")


def material_counts(connection: Connection, as_of: int | None) -> list[Fact]:
    """The stock counts of whole materials, in stored order."""
    query = select(*FACT_COLUMNS).where(facts.c.sheet == "Stock Counts", visible(as_of), ~facts.c.payload.contains('"lot_no":'))
    return decode_facts(connection, connection.execute(query).all())


def naming_facts(connection: Connection, lots: Iterable[LotKey], organisation: str, as_of: int | None) -> list[Fact]:
    """The deliveries, opening stock and runs that some lots came from, with what those name, in stored order; nothing of what became
    of the lots."""
    found = facts_of(connection, set(lots), [NAME, MAKE], as_of)
    found |= described(connection, found.values(), organisation, as_of)
    return [found[number] for number in sorted(found)]
