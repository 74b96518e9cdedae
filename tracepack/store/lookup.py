"""What a workspace knows by name: lots, and what the reading of new rows must know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, or_, select, true

from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey
from tracepack.core.library import fold_name
from tracepack.store.links import ABOUT, MAKE, MATERIAL, NAME, PARTY, TAKE
from tracepack.store.payload import FACT_COLUMNS, decode_facts, key_text
from tracepack.store.schema import facts, links
from tracepack.store.slices import batches, facts_of, reached_lots, visible

_NAMING = (NAME, MAKE, TAKE, ABOUT)


def lots_of_number(connection: Connection, number: str, as_of: int | None) -> list[LotKey]:
    """The lots of a number, by owner; our own number for a delivered lot counts, but not as a second lot beside it."""
    query = (
        select(links.c.owner)
        .join(facts, facts.c.id == links.c.fact_id)
        .where(links.c.number == number, links.c.role.in_(_NAMING), visible(as_of))
        .distinct()
    )
    candidates = sorted({LotKey(owner, number) for (owner,) in connection.execute(query)})
    distinct: list[LotKey] = []
    for lot in candidates:
        same = reached_lots(connection, [lot], "here", as_of)
        if same.isdisjoint(distinct):
            distinct.append(lot)
    return distinct


def lot_of_owner(connection: Connection, lot: LotKey, as_of: int | None) -> list[LotKey]:
    """The lot itself where any fact names it, else nothing."""
    about = (links.c.number == lot.number) & (links.c.owner == lot.owner) & links.c.role.in_(_NAMING)
    query = select(links.c.fact_id).join(facts, facts.c.id == links.c.fact_id).where(about, visible(as_of)).limit(1)
    return [] if connection.execute(query).first() is None else [lot]


def search_lots(connection: Connection, text: str, as_of: int | None) -> list[LotKey]:
    """The lots that may match a text: by number, by owner, or because a fact about them holds it; "" finds all.

    The search is a sieve: whether the text stands in the lot's own material is for the caller to see.
    """
    holds = [column.icontains(text, autoescape=True) for column in (links.c.number, links.c.owner, facts.c.payload)]
    query = (
        select(links.c.owner, links.c.number)
        .join(facts, facts.c.id == links.c.fact_id)
        .where(links.c.role.in_(_NAMING), visible(as_of))
        .where(or_(*holds) if text else true())
        .distinct()
    )
    return sorted(LotKey(owner, number) for owner, number in connection.execute(query))


def current_facts(connection: Connection, keys: Iterable[tuple[str, tuple[str, ...]]]) -> dict[tuple[str, tuple[str, ...]], Fact]:
    """The current facts of some (sheet, key), as far as there are any."""
    found: dict[tuple[str, tuple[str, ...]], Fact] = {}
    wanted: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for sheet, key in keys:
        wanted[sheet].add(key)
    for sheet in sorted(wanted):
        if connection.execute(select(facts.c.id).where(facts.c.sheet == sheet).limit(1)).first() is None:
            continue  # the first import of such a sheet asks about none of its 100,000 keys
        for batch in batches(sorted(map(key_text, wanted[sheet]))):
            query = select(*FACT_COLUMNS).where(facts.c.sheet == sheet, facts.c.key.in_(batch), visible(None))
            found.update(((sheet, fact.key), fact) for fact in decode_facts(connection, connection.execute(query).all()))
    return found


def newest_facts(connection: Connection, sheets: Collection[str], text: str, limit: int) -> list[Fact]:
    """The facts of some sheets that hold now and may hold a text, at most ``limit`` of each sheet, the last recorded first."""
    found: list[Fact] = []
    # The payload is JSON text: what it holds is spelt as JSON spells it.
    holds = facts.c.payload.contains(key_text([text])[2:-2], autoescape=True) if text else true()
    for sheet in sorted(sheets):
        newest = select(facts.c.id).where(facts.c.sheet == sheet, holds, visible(None)).order_by(facts.c.id.desc()).limit(limit)
        query = select(*FACT_COLUMNS).where(facts.c.id.in_(newest))
        found += decode_facts(connection, connection.execute(query).all())
    return sorted(found, key=lambda fact: -fact.fact_id)


def known_of(connection: Connection, names: Collection[str], organisation: str) -> Known:
    """What is known of the lots, parties and materials that go by some names (as rows about to be imported use them)."""
    if connection.execute(select(func.max(facts.c.id))).scalar() is None:
        return Known()  # a first import asks about none of its 100,000 names
    owned: set[str] = set()
    parties: set[str] = set()
    materials: set[tuple[str, str]] = set()
    delivered_keys: set[tuple[str, str]] = set()
    for batch in batches(sorted({*names, *map(fold_name, names)})):
        query = (
            select(links.c.role, links.c.owner, links.c.number)
            .join(facts, facts.c.id == links.c.fact_id)
            .where(links.c.number.in_(batch), links.c.role.in_((NAME, MAKE, PARTY, MATERIAL)), visible(None))
            .distinct()
        )
        for role, owner, number in connection.execute(query):
            if role == PARTY:
                parties.add(number)
            elif role == MATERIAL:
                materials.add((owner, number))
            elif role == MAKE and owner == organisation:
                owned.add(number)
            elif role == NAME:
                delivered_keys.add((owner, number))
    arrivals = facts_of(connection, delivered_keys, [NAME], None).values()
    return _known(arrivals, owned, frozenset(parties), frozenset(materials), organisation)


def _known(
    arrivals: Iterable[Fact], owned: set[str], parties: frozenset[str], materials: frozenset[tuple[str, str]], organisation: str
) -> Known:
    """Deliveries and opening stock sorted into what a reader asks of them."""
    aliases: dict[str, set[LotKey]] = defaultdict(set)
    delivered: dict[str, set[LotKey]] = defaultdict(set)
    deliveries: dict[LotKey, list[Fact]] = defaultdict(list)
    for fact in arrivals:
        values = fact.rows[0].values
        lot = LotKey(str(values.get("supplier") or organisation), str(values["lot_no"]))
        if fact.sheet == "Deliveries":
            deliveries[lot].append(fact)
            if own := values.get("own_lot_no"):
                aliases[str(own)].add(lot)
        if lot.owner == organisation:
            owned.add(lot.number)
        else:
            delivered[lot.number].add(lot)
    return Known(
        own_lots=frozenset(owned),
        aliases={number: tuple(sorted(lots)) for number, lots in aliases.items()},
        delivered={number: tuple(sorted(lots)) for number, lots in delivered.items()},
        deliveries={lot: tuple(rows) for lot, rows in deliveries.items()},
        parties=parties,
        materials=materials,
    )
