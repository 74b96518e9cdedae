"""Finding the part of a workspace that a question needs.

A recursive query walks the links from the asked lots; what it finds, and what that names, is then fetched by index.
So a question costs what its lineage costs, not what the workspace holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Literal, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Text, and_, case, column, or_, select, values

from tracepack.core.ledger import Fact, LotKey
from tracepack.core.library import fold_name
from tracepack.store.links import (
    LOT_ROLES,
    MAKE,
    NAME,
    PARTY,
    RECIPE,
    RECORD_LOT,
    RECORD_RUN,
    SHIPMENT,
    TAKE,
    Link,
    links_of,
    named_by,
    suppliers_by_own_number,
)
from tracepack.store.payload import FACT_COLUMNS, decode_facts
from tracepack.store.schema import facts, links

#: Which way to walk: "up" to what a lot was made from, "down" to what was made from it, "here" not at all.
Direction = Literal["up", "down", "both", "here"]

#: Databases limit the parameters of one statement, the oldest SQLite to 999; an item may need two.
BATCH = 450

T = TypeVar("T")


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists that fit into one statement."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch


#: One step of the walk: the lot's role in a fact -> the role of the lots it leads to.
_STEPS: dict[str, dict[str, str]] = {
    "up": {NAME: NAME, MAKE: TAKE},
    "down": {NAME: NAME, TAKE: MAKE},
    "both": {NAME: NAME, MAKE: TAKE, TAKE: MAKE},
    "here": {NAME: NAME},
}


def visible(as_of: int | None, table: FromClause = facts) -> ColumnElement[bool]:
    """Whether a fact holds now, or held after import ``as_of``."""
    superseded, withdrawn = table.c.superseded_by, table.c.withdrawn_by
    if as_of is None:
        return and_(superseded.is_(None), withdrawn.is_(None))
    return and_(
        table.c.import_id <= as_of,
        or_(superseded.is_(None), superseded > as_of),
        or_(withdrawn.is_(None), withdrawn > as_of),
    )


def reached_lots(connection: Connection, around: Iterable[LotKey], direction: Direction, as_of: int | None) -> set[LotKey]:
    """The lots that the walk from ``around`` meets, those included."""
    reached = set(around)
    for seeds in batches(sorted(reached)):
        reached.update(_walk(connection, seeds, direction, as_of))
    return reached


def _walk(connection: Connection, seeds: Collection[LotKey], direction: Direction, as_of: int | None) -> Iterator[LotKey]:
    asked = values(column("owner", Text), column("number", Text), name="asked").data([tuple(lot) for lot in seeds]).cte("asked")
    reach = select(asked.c.owner, asked.c.number).cte("reach", recursive=True)
    near, far, steps = links.alias("near"), links.alias("far"), _STEPS[direction]
    step = (
        select(far.c.owner, far.c.number)
        .select_from(reach)
        .join(near, and_(near.c.number == reach.c.number, near.c.owner == reach.c.owner))
        .join(facts, facts.c.id == near.c.fact_id)
        # One role each, by the index: a run of thousands of lots is not read again for each of them.
        .join(far, and_(far.c.fact_id == near.c.fact_id, far.c.role == case(steps, value=near.c.role)))
        .where(near.c.role.in_(list(steps)), visible(as_of))
    )
    everything = reach.union(step)  # UNION, not UNION ALL: a loop ends where it began
    for owner, number in connection.execute(select(everything.c.owner, everything.c.number)).all():
        yield LotKey(owner, number)


def facts_of(connection: Connection, keys: Collection[tuple[str, str]], roles: Collection[str], as_of: int | None) -> dict[int, Fact]:
    """The visible facts that are linked to any of some (owner, number) in any of some roles, by id."""
    return facts_of_any(connection, [(keys, roles)], as_of)


def facts_of_any(
    connection: Connection, asked: Iterable[tuple[Collection[tuple[str, str]], Collection[str]]], as_of: int | None
) -> dict[int, Fact]:
    """The same of several such pairs of keys and roles together, by one reading of the links."""
    wanted: dict[str, set[tuple[str, str]]] = {}
    for keys, roles in asked:
        for role in roles:
            wanted.setdefault(role, set()).update(keys)
    ids: set[int] = set()
    for batch in batches(sorted({number for keys in wanted.values() for _, number in keys})):
        # Only the number is asked for in SQL: given lists of pairs or of roles, SQLite may read the whole table of links.
        about = select(links.c.fact_id, links.c.role, links.c.owner, links.c.number).where(links.c.number.in_(batch))
        ids.update(fact_id for fact_id, role, owner, number in connection.execute(about).all() if (owner, number) in wanted.get(role, ()))
    return facts_by_id(connection, ids, as_of)


def facts_by_id(connection: Connection, ids: Iterable[int], as_of: int | None) -> dict[int, Fact]:
    """The visible ones of some facts, by id in ascending order."""
    found: dict[int, Fact] = {}
    for batch in batches(sorted(ids)):
        query = select(*FACT_COLUMNS).where(facts.c.id.in_(batch), visible(as_of))
        found.update((fact.fact_id, fact) for fact in decode_facts(connection, connection.execute(query).all()))
    return found


def slice_facts(
    connection: Connection, around: Iterable[LotKey], direction: Direction, organisation: str, as_of: int | None, site: str = ""
) -> list[Fact]:
    """Every fact that touches a reached lot, and the descriptions that these name, in stored order; ``site`` is what a blank Site means."""
    lots = reached_lots(connection, around, direction, as_of)
    recipes = {(owner, fold_name(lot.number)) for lot in lots for owner in (lot.owner, organisation)}
    records = {("", lot.number) for lot in lots}
    found = facts_of_any(connection, [(lots, LOT_ROLES), (recipes, [RECIPE]), (records, [RECORD_LOT])], as_of)
    runs = {("", fact.rows[0].values["run_no"]) for fact in found.values() if fact.sheet == "Production"}
    found |= facts_of(connection, {(owner, str(number)) for owner, number in runs}, [RECORD_RUN], as_of)
    found |= described(connection, found.values(), organisation, as_of)
    found |= _own_certificates(connection, found.values(), {organisation, site}, as_of)
    found |= _namesakes(connection, lots, found.values(), organisation, as_of)
    found |= {fact.fact_id: fact for fact in facts_of_sheets(connection, ["Settings"], as_of)}
    return [found[number] for number in sorted(found)]


def _own_certificates(connection: Connection, facts_at_hand: Iterable[Fact], holders: set[str], as_of: int | None) -> dict[int, Fact]:
    """The certificates that we or the sites of some facts hold, by Party ID or name: what a site may pass on rests on them."""
    rows = [row for fact in facts_at_hand for row in fact.rows]
    named = holders | {str(row.values["site"]) for row in rows if row.values.get("site") is not None}
    named |= {str(row.values["name"]) for row in rows if row.sheet == "Parties" and row.values["party_id"] in named}
    folded = set(map(fold_name, named))
    kept = facts_of_sheets(connection, ["Certificates"], as_of)
    return {fact.fact_id: fact for fact in kept if fold_name(str(fact.rows[0].values["holder"])) in folded}


def _namesakes(
    connection: Connection, lots: Iterable[LotKey], found: Iterable[Fact], organisation: str, as_of: int | None
) -> dict[int, Fact]:
    """Deliveries that carry the number of a lot nobody delivered or made: was one of them meant?"""
    arriving = (fact for fact in found if fact.sheet in ("Deliveries", "Opening Stock", "Production"))
    links_found = {link for fact in arriving for link in links_of(fact, organisation)}
    known = {(link.owner, link.number) for link in links_found if link.role in (NAME, MAKE)}
    numbers = {lot.number for lot in lots if lot not in known}
    ids: set[int] = set()
    for batch in batches(sorted(numbers)):
        about = select(links.c.fact_id, links.c.role).where(links.c.number.in_(batch))
        ids.update(fact_id for fact_id, role in connection.execute(about) if role == NAME)
    return facts_by_id(connection, ids, as_of)


def described(connection: Connection, start: Iterable[Fact], organisation: str, as_of: int | None) -> dict[int, Fact]:
    """The descriptions of everything that some facts name, and of what those name, until nothing new is named."""
    found: dict[int, Fact] = {}
    asked: set[Link] = set()
    facts_at_hand = list(start)
    suppliers = suppliers_by_own_number(facts_at_hand)
    wanted = {Link(PARTY, "", organisation)}.union(*(named_by(fact, organisation, suppliers) for fact in facts_at_hand))
    if not _any_of_sheet(connection, "Attributions"):  # nothing is attributed to any of many shipments
        wanted = {link for link in wanted if link.role != SHIPMENT}
    while wanted:
        asked |= wanted
        fresh: dict[int, Fact] = {}
        for role in sorted({link.role for link in wanted}):
            fresh |= facts_of(connection, {(link.owner, link.number) for link in wanted if link.role == role}, [role], as_of)
        found |= fresh
        wanted = {link for fact in fresh.values() for link in named_by(fact, organisation)} - asked
    return found


def _any_of_sheet(connection: Connection, sheet: str) -> bool:
    return connection.execute(select(facts.c.id).where(facts.c.sheet == sheet).limit(1)).first() is not None


def facts_of_sheets(connection: Connection, sheets: Collection[str] | None, as_of: int | None, *, before: int | None = None) -> list[Fact]:
    """All visible facts, of some sheets or (None) of all, in stored order; ``before`` an import only those of earlier ones."""
    query = select(*FACT_COLUMNS).where(visible(as_of))
    if before is not None:
        query = query.where(facts.c.import_id < before)
    if sheets is not None:
        query = query.where(facts.c.sheet.in_(sheets))
    return decode_facts(connection, connection.execute(query).all())
