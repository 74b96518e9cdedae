"""A one-line language for ledgers, so that a test shows its whole world.

``A 100kg bio=40 ; B 50kg bio=0 ; A 60 + B 30 -> C 90 ; C 90 -> F 80 + loss 10``

Statements are separated by ``;`` and may carry a date ``@2026-01-05`` (default: all on `DAY`, so order means nothing).

* delivery   ``[SUPPLIER/]LOT QTY[unit] key=value ...``, opening stock of an own lot ``open LOT QTY ...``
* run        ``[NAME:] [kind=synthesis] LOT QTY ... + LOT QTY ... -> LOT QTY ... + loss QTY + loss water QTY + loss LOT QTY``
* shipment   ``LOT QTY => CUSTOMER [kind=return] [no=S1] [rev=S0]``
* lab test   ``test LOT bio=45 | pmc=101.3 ref=100``
* material   ``material NAME kind=filler wo=0 wi=12``; recipe ``recipe NAME = TiO2 60 + PE 40``

Shares are in percent, ``30..40`` is a range, ``?`` or absence a blank cell.  A delivery without ``mat=`` is of a material made up
for its ``kind`` (default: synthetic polymer) with half its mass carbon unless ``wo=`` says otherwise.
"""

from __future__ import annotations

import datetime as dt
import re
import shlex
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tracepack.core.ledger import (
    CompositionRow,
    Delivery,
    LabTest,
    Ledger,
    LotKey,
    Material,
    Run,
    RunKey,
    RunRow,
    Shipment,
    SourceRow,
)
from tracepack.core.quantity import Interval
from tracepack.data import layout

DAY = dt.date(2026, 1, 5)
ORGANISATION = "ORG"
SITE = "S1"
SUPPLIER = "SUP"
DEFAULT_ORGANIC_CARBON = "50"

#: attribute of the language -> field of Delivery and Material
SHARES = {
    "bio": "biobased_carbon",
    "mass": "biobased_mass",
    "wo": "organic_carbon",
    "wi": "inorganic_carbon",
    "moist": "moisture",
    "ash": "ash",
    "attr": "attributed_content",
    "cs": "carbon_share",
    "ls": "layer_share",
}
TEXTS = {
    "method": "method",
    "basis": "mass_basis",
    "coc": "chain_of_custody",
    "own": "own_lot_no",
    "note": "delivery_note",
    "src": "feedstock_source",
    "grp": "output_group",
    "layer": "layer",
    "kind": "kind",
    "mat": "material",
}
NUMBERS = {"um": "thickness", "rho": "density", "gsm": "grammage", "width": "width", "piece": "piece_weight"}


@dataclass
class _Reader:
    """What has been read so far."""

    deliveries: list[Delivery] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    materials: dict[str, Material] = field(default_factory=dict)
    compositions: list[CompositionRow] = field(default_factory=list)
    lab_tests: list[LabTest] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def source(self, sheet: str) -> SourceRow:
        """The next row of a sheet, with the columns of the contract in their order."""
        row = self.rows[sheet] = self.rows.get(sheet, 1) + 1
        columns = {c.key: _letter(i) for i, c in enumerate(layout().sheets[sheet].columns)}
        return SourceRow("ledger.xlsx", "0" * 64, sheet, row, columns)

    def lot(self, name: str) -> LotKey:
        """``SUPPLIER/LOT``, or a bare number: the supplier's who delivered it, else our own."""
        if "/" in name:
            return LotKey(*name.split("/", 1))
        return LotKey(self.owners.get(name, ORGANISATION), name)


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else "A" + chr(ord("A") + index - 26)


def share(text: str) -> Interval | None:
    """Percent text to a share: ``40``, ``30..40``, ``?`` (None)."""
    if text == "?":
        return None
    low, _, high = text.partition("..")
    return Interval(float(Fraction(low) / 100), float(Fraction(high or low) / 100))


def _attributes(tokens: list[str]) -> dict[str, object]:
    """``key=value`` tokens as record fields, blanks absent."""
    found: dict[str, object] = {}
    for token in tokens:
        key, _, value = token.partition("=")
        if key in SHARES:
            found[SHARES[key]] = share(value)
        elif key in TEXTS:
            found[TEXTS[key]] = value
        elif key in NUMBERS:
            found[NUMBERS[key]] = float(value)
        else:
            raise ValueError(f"{token!r} is not of the ledger language")
    return {key: value for key, value in found.items() if value is not None}


def _quantity(token: str) -> tuple[Decimal, str]:
    match = re.fullmatch(r"([\d.]+)([A-Za-z][A-Za-z0-9]*)?", token)
    if match is None:
        raise ValueError(f"{token!r} is not a quantity")
    return Decimal(match[1]), match[2] or "kg"


def _dated(statement: str) -> tuple[str, dt.date]:
    """The statement without its date, and the date."""
    match = re.search(r"@(\d{4}-\d\d-\d\d)", statement)
    if match is None:
        return statement, DAY
    return statement.replace(match[0], " "), dt.date.fromisoformat(match[1])


def parse(text: str) -> Ledger:
    """A ledger of one organisation and one site from its text."""
    reader = _Reader()
    statements = [s.strip() for s in re.split(r"[;\n]", text) if s.strip()]
    for statement in statements:
        _read_delivery_owner(reader, statement)
    for statement in statements:
        _read(reader, statement)
    return Ledger(
        organisation=ORGANISATION,
        site=SITE,
        materials=tuple(reader.materials.values()),
        compositions=tuple(reader.compositions),
        deliveries=tuple(reader.deliveries),
        runs=tuple(reader.runs),
        lab_tests=tuple(reader.lab_tests),
        shipments=tuple(reader.shipments),
    )


def _kind_of(statement: str) -> str:
    first = statement.split(maxsplit=1)[0]
    if first in ("open", "test", "material", "recipe"):
        return first
    if "->" in statement:
        return "run"
    return "shipment" if "=>" in statement else "delivery"


def _read_delivery_owner(reader: _Reader, statement: str) -> None:
    """Names first: a run may stand before the delivery it draws from."""
    if _kind_of(statement) == "delivery":
        owner, _, number = statement.split(maxsplit=1)[0].rpartition("/")
        reader.owners.setdefault(number, owner or SUPPLIER)


def _read(reader: _Reader, statement: str) -> None:
    statement, date = _dated(statement)
    readers = {
        "delivery": _read_delivery,
        "open": _read_opening,
        "run": _read_run,
        "shipment": _read_shipment,
        "test": _read_lab_test,
        "material": _read_material,
        "recipe": _read_recipe,
    }
    readers[_kind_of(statement)](reader, statement, date)


def _read_opening(reader: _Reader, statement: str, date: dt.date) -> None:
    name, *rest = shlex.split(statement)[1:]
    _add_delivery(reader, LotKey(ORGANISATION, name), rest, date, opening=True)


def _read_delivery(reader: _Reader, statement: str, date: dt.date) -> None:
    name, *rest = shlex.split(statement)
    _add_delivery(reader, reader.lot(name), rest, date, opening=False)


def _add_delivery(reader: _Reader, lot: LotKey, tokens: list[str], date: dt.date, *, opening: bool) -> None:
    quantity, unit = _quantity(tokens[0])
    values = _attributes(tokens[1:])
    kind, ash = values.pop("kind", None), values.pop("ash", None)
    if "material" not in values:
        values["material"] = _made_up_material(reader, str(kind or "synthetic polymer"), ash)
        if not any(t.startswith("wo=") for t in tokens):
            values["organic_carbon"] = share(DEFAULT_ORGANIC_CARBON)
    if "method" not in values and {"biobased_carbon", "biobased_mass"} & values.keys():
        values["method"] = "ASTM D6866" if "biobased_carbon" in values else "EN 16785-1"
    sheet = "Opening Stock" if opening else "Deliveries"
    reader.deliveries.append(
        Delivery(
            source=reader.source(sheet),
            lot_no=lot.number,
            supplier=lot.owner,
            quantity=quantity,
            unit=unit,
            delivery_date=date,
            opening=opening,
            **values,  # type: ignore[arg-type]
        )
    )


def _made_up_material(reader: _Reader, kind: str, ash: object) -> str:
    name = f"any {kind}" if not isinstance(ash, Interval) else f"any {kind} with {ash.low:.4f}..{ash.high:.4f} ash"
    if name not in reader.materials:
        reader.materials[name] = Material(source=reader.source("Materials"), material_id=name, kind=kind, ash=ash)  # type: ignore[arg-type]
    return name


def _read_run(reader: _Reader, statement: str, date: dt.date) -> None:
    kind_match = re.match(r"\s*(?:(\w+):)?\s*(?:kind=(\w+))?", statement)
    assert kind_match is not None
    number = kind_match[1] or f"RUN{len(reader.runs) + 1}"
    left, right = statement[kind_match.end() :].split("->")
    rows = [_run_row(reader, term, "in", number, date, kind_match[2]) for term in _terms(left)]
    rows += [_run_row(reader, term, "out", number, date, kind_match[2]) for term in _terms(right)]
    reader.runs.append(Run(key=RunKey(SITE, number), date=date, kind=kind_match[2], rows=tuple(rows)))


def _terms(side: str) -> list[list[str]]:
    return [shlex.split(term) for term in re.split(r"\s\+\s", side) if term.strip()]


def _run_row(reader: _Reader, tokens: list[str], direction: str, number: str, date: dt.date, kind: str | None) -> RunRow:
    lot: LotKey | None = None
    material: str | None = None
    if tokens[0] == "loss":
        direction = "loss"
        tokens = tokens[1:]
    if not re.fullmatch(r"[\d.]+[a-z]*", tokens[0]):
        name = tokens.pop(0)
        if direction == "loss" and name == "water":
            material = name
        elif direction == "loss" and name.startswith("of:"):
            material = name.removeprefix("of:")
        else:
            lot = reader.lot(name)
    quantity: tuple[Decimal | None, str | None] = (None, None)
    if tokens and "=" not in tokens[0]:
        quantity = _quantity(tokens.pop(0))
    values = _attributes(tokens)
    values.setdefault("material", material)
    return RunRow(
        source=reader.source("Production"),
        run_no=number,
        site=SITE,
        date=date,
        kind=kind,
        direction=direction,
        lot_no=lot.number if lot else None,
        supplier=lot.owner if lot else None,
        quantity=quantity[0],
        unit=quantity[1],
        **values,  # type: ignore[arg-type]
    )


def _read_shipment(reader: _Reader, statement: str, date: dt.date) -> None:
    left, right = statement.split("=>")
    name, quantity_token = shlex.split(left)
    customer, *rest = shlex.split(right)
    options = dict(token.split("=", 1) for token in rest)
    quantity, unit = _quantity(quantity_token)
    lot = reader.lot(name)
    reader.shipments.append(
        Shipment(
            source=reader.source("Shipments"),
            shipment_no=options.get("no", f"SHIP{len(reader.shipments) + 1}"),
            date=date,
            customer=customer,
            lot_no=lot.number,
            supplier=lot.owner,
            quantity=quantity,
            unit=unit,
            site=SITE,
            kind=options.get("kind", "sale"),
            reverses_shipment_no=options.get("rev"),
        )
    )


def _read_lab_test(reader: _Reader, statement: str, date: dt.date) -> None:
    name, *rest = shlex.split(statement)[1:]
    options = dict(token.split("=", 1) for token in rest)
    lot = reader.lot(name)
    reader.lab_tests.append(
        LabTest(
            source=reader.source("Lab Tests"),
            report_no=options.get("no", f"REP{len(reader.lab_tests) + 1}"),
            lot_no=lot.number,
            supplier=lot.owner,
            method=options.get("method", "ASTM D6866"),
            report_date=date,
            laboratory="LAB",
            pmc=float(options["pmc"]) if "pmc" in options else None,
            ref=float(options["ref"]) if "ref" in options else None,
            biobased_carbon=share(options.get("bio", "?")),
        )
    )


def _read_material(reader: _Reader, statement: str, date: dt.date) -> None:
    name, *rest = shlex.split(statement)[1:]
    values = _attributes(rest)
    reader.materials[name] = Material(source=reader.source("Materials"), material_id=name, **values)  # type: ignore[arg-type]


def _read_recipe(reader: _Reader, statement: str, date: dt.date) -> None:
    name, parts = statement.removeprefix("recipe").split("=", 1)
    for component, percent in (shlex.split(part) for part in parts.split("+")):
        known = share(percent)
        assert known is not None
        row = CompositionRow(source=reader.source("Compositions"), material_or_lot=name.strip(), component=component, share=known)
        reader.compositions.append(row)
