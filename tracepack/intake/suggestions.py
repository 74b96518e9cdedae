"""The names that a template's drop-downs offer, gathered from what a workspace has recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tracepack import data
from tracepack.core.ledger import Fact, Value

#: The longest drop-down: beyond this nobody scrolls, and a hundred thousand lots would make a heavy file.
LONGEST_LIST = 2000

#: Which fields name what: list -> (sheet, field).
_NAMED: tuple[tuple[str, str, str], ...] = (
    *(("suppliers", sheet, "supplier") for sheet in ("Deliveries", "Opening Stock", "Materials", "Feedstock Sources")),
    ("customers", "Shipments", "customer"),
    ("laboratories", "Lab Tests", "laboratory"),
    ("certification_bodies", "Certificates", "certification_body"),
    *(("sites", sheet, "site") for sheet in ("Deliveries", "Opening Stock", "Production", "Shipments", "Stock Counts")),
    ("parties", "Parties", "party_id"),
    ("materials", "Materials", "material_id"),
    *(("materials", sheet, "material") for sheet in ("Deliveries", "Opening Stock", "Production")),
    ("lots", "Deliveries", "lot_no"),
    ("lots", "Opening Stock", "lot_no"),
    ("lots", "Production", "lot_no"),
    ("certificates", "Certificates", "certificate_no"),
    ("sources", "Feedstock Sources", "source_id"),
)
_OF_ROLE = {
    "supplier": "suppliers",
    "toller": "suppliers",
    "customer": "customers",
    "laboratory": "laboratories",
    "certification body": "certification_bodies",
    "site": "sites",
}
#: The sheets that `names_in` looks at.
NAMING_SHEETS = tuple(dict.fromkeys(sheet for _, sheet, _ in _NAMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What drop-downs offer, each at most `LONGEST_LIST` long: lots the last recorded first, the others in alphabetical order.

    ``supplier`` is whom the template is for, "" for nobody in particular.
    """

    supplier: str = ""
    parties: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    laboratories: tuple[str, ...] = ()
    certification_bodies: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def offered_list(sheet: data.Sheet, column: data.Column) -> str | None:
    """Which list of `Names` a column offers; None where it offers none, or names what its own sheet describes."""
    rules = data.read_toml("template.toml")["names"]
    found: str | None = rules["column"].get(column.key)
    return None if column.key in rules["describes"].get(sheet.name, ()) else found


def names_in(facts: Iterable[Fact], supplier: str = "") -> Names:
    """The names that some facts hold, the newest facts first; with ``supplier`` only those of rows that are that supplier's.

    What is left out for a supplier is what the others deliver and who the customers are: none of it leaves the house.
    """
    found: dict[str, dict[str, None]] = {}
    for fact in facts:
        for row in fact.rows:
            if not supplier or _concerns(row.sheet, row.values, supplier):
                for name, value in _names_of_row(row.sheet, row.values):
                    found.setdefault(name, {}).setdefault(value)
    for name in ("suppliers", "customers", "laboratories", "certification_bodies", "sites"):
        found.setdefault("parties", {}).update(found.get(name, {}))
    if supplier:
        found["suppliers"] = found["parties"] = {supplier: None}
    return Names(supplier=supplier, **{name: _cut(name, values) for name, values in found.items()})


def _concerns(sheet: str, values: Mapping[str, Value], supplier: str) -> bool:
    """Whether a row is a supplier's: told about its lots, its materials, itself, or a certificate that it holds."""
    field = {"Certificates": "holder", "Parties": "party_id"}.get(sheet, "supplier")
    return values.get(field) == supplier


def _names_of_row(sheet: str, values: Mapping[str, Value]) -> Iterable[tuple[str, str]]:
    for name, place, field in _NAMED:
        value = values.get(field) if place == sheet else None
        if isinstance(value, str) and not (name == "lots" and sheet == "Production" and values.get("direction") != "out"):
            yield name, value
    role, party = values.get("role"), values.get("party_id")
    if sheet == "Parties" and isinstance(role, str) and isinstance(party, str) and role in _OF_ROLE:
        yield _OF_ROLE[role], party


def _cut(name: str, values: Iterable[str]) -> tuple[str, ...]:
    kept = list(values)[:LONGEST_LIST]
    return tuple(kept if name == "lots" else sorted(kept, key=lambda value: (value.casefold(), value)))
