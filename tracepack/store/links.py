"""What a fact is about (its links, stored beside it) and what it names (what must be loaded with it)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from tracepack.core.ledger import Fact, Row
from tracepack.core.library import fold_name

#: A lot's own rows.  NAME joins the numbers of one delivered lot: the supplier's and our Own Lot No.
NAME, MAKE, TAKE, ABOUT = "name", "make", "take", "about"
#: Records name a lot or a run without saying whose.
RECORD_LOT, RECORD_RUN = "record-lot", "record-run"
#: Descriptions, loaded by the name that other facts use; names of materials and recipes are folded, as the core compares them.
MATERIAL, RECIPE, SOURCE, PARTY, CERTIFICATE = "material", "recipe", "source", "party", "certificate"
#: Of an issuer; its number is folded, as the core compares it.
DECLARATION = "declaration"
#: What is attributed to a shipment is found by its number.
SHIPMENT = "shipment"

#: Roles in which a fact touches a lot.
LOT_ROLES = (NAME, MAKE, TAKE, ABOUT)

_PARTY_COLUMNS = frozenset({"supplier", "recipient", "site", "customer", "laboratory", "holder", "certification_body"})
_MATERIAL_COLUMNS = frozenset({"material", "component"})
_SOURCE_COLUMNS = frozenset({"feedstock_source", "source_id"})
_NAMING_COLUMNS = _PARTY_COLUMNS | _MATERIAL_COLUMNS | _SOURCE_COLUMNS | {"certificate_no"}
_DIRECTIONS = {"in": TAKE, "out": MAKE, "loss": TAKE}


class Link(NamedTuple):
    """One thing a fact is about or names; ``owner`` is "" where the role has none."""

    role: str
    owner: str
    number: str


def links_of(fact: Fact, organisation: str) -> frozenset[Link]:
    """What to find a fact by.  A blank owner is the organisation."""
    if len(fact.rows) == 1:
        return frozenset(_row_links(fact.rows[0], organisation))
    return frozenset(link for row in fact.rows for link in _row_links(row, organisation))


def _row_links(row: Row, organisation: str) -> Iterator[Link]:
    owner, lot = _text(row, "supplier") or organisation, _text(row, "lot_no")
    match row.sheet:
        case "Deliveries" | "Opening Stock":
            yield Link(NAME, owner, lot)
            if own := _text(row, "own_lot_no"):
                yield Link(NAME, organisation, own)
        case "Production":
            if lot:
                yield Link(_DIRECTIONS[_text(row, "direction")], owner, lot)
        case "Lot Sources" | "Lab Tests" | "Shipments" | "Stock Counts" | "Attributions" if lot:
            yield Link(ABOUT, owner, lot)
        case "Attributions":
            yield Link(SHIPMENT, "", _text(row, "shipment_no"))
        case "Records":
            yield from (Link(role, "", name) for role, name in ((RECORD_LOT, lot), (RECORD_RUN, _text(row, "run_no"))) if name)
        case _:
            yield from _description_links(row, owner)


def _description_links(row: Row, owner: str) -> Iterator[Link]:
    """What a description is found by."""
    match row.sheet:
        case "Compositions":
            yield Link(RECIPE, owner, fold_name(_text(row, "material_or_lot")))
        case "Materials":
            yield Link(MATERIAL, owner, fold_name(_text(row, "material_id")))
        case "Feedstock Sources":
            yield Link(SOURCE, owner, _text(row, "source_id"))
        case "Certificates":
            yield Link(CERTIFICATE, "", _text(row, "certificate_no"))
        case "Declarations":
            yield Link(DECLARATION, _text(row, "issuer"), fold_name(_text(row, "declaration_no")))
        case "Parties":
            yield Link(PARTY, "", _text(row, "party_id"))


def named_by(fact: Fact, organisation: str, suppliers: Mapping[str, frozenset[str]] | None = None) -> frozenset[Link]:
    """The descriptions a fact needs beside it: of its materials, components, sources, parties and certificates.

    A material or source is asked for among the row's owner's and our own; with ``suppliers`` (our own number of a
    delivered lot -> who delivered it) also among those of the lot's supplier.
    """
    named: set[Link] = set()
    for row in fact.rows:
        owner = _text(row, "supplier") or organisation
        behind = suppliers.get(_text(row, "lot_no"), frozenset()) if suppliers and owner == organisation else frozenset()
        named.update(_row_names(row, {owner, organisation, *behind}))
        if number := _text(row, "declaration_no"):
            issuers = {owner} if row.sheet == "Deliveries" else {organisation, _text(row, "site")} - {""}
            named.update(Link(DECLARATION, issuer, fold_name(number)) for issuer in issuers)
        if row.sheet == "Shipments":
            named.add(Link(SHIPMENT, "", _text(row, "shipment_no")))
    return frozenset(named)


def suppliers_by_own_number(facts: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """Our own numbers of delivered lots -> who delivered them."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in (row for fact in facts if fact.sheet == "Deliveries" for row in fact.rows):
        if own := _text(row, "own_lot_no"):
            found[own].add(_text(row, "supplier"))
    return {number: frozenset(owners) for number, owners in found.items()}


def _row_names(row: Row, owners: Collection[str]) -> Iterator[Link]:
    for column in row.values.keys() & _NAMING_COLUMNS:
        name = _text(row, column)
        if not name:
            continue
        if column in _PARTY_COLUMNS:
            yield Link(PARTY, "", name)
        elif column in _MATERIAL_COLUMNS:
            yield from (Link(role, owner, fold_name(name)) for owner in owners for role in (MATERIAL, RECIPE))
        elif column in _SOURCE_COLUMNS:
            yield from (Link(SOURCE, owner, name) for owner in owners)
        else:
            yield Link(CERTIFICATE, "", name)


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    return "" if value is None else str(value)
