"""Whose lot, which site: what a blank Supplier or Site means in a reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.findings import Finding
from tracepack.core.known import Known
from tracepack.core.ledger import LotKey, Row, Value
from tracepack.intake.gather import Gathered, excerpt_of

#: Sheets whose rows name a lot with an owner: a blank Supplier is filled with who owns it.
_LOT_SHEETS = frozenset({"Deliveries", "Opening Stock", "Lot Sources", "Production", "Lab Tests", "Shipments", "Stock Counts"})
#: Sheets whose rows name something that belongs to a party; a blank Supplier there stays blank for our own.
_PARTY_SHEETS = frozenset({"Materials", "Compositions", "Feedstock Sources"})
#: Sheets whose blank Supplier may be a forgotten one.
_MAY_FORGET = frozenset({"Production", "Lab Tests", "Shipments", "Stock Counts"})
_SITE_SHEETS = frozenset({"Deliveries", "Opening Stock", "Production", "Shipments"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Who reads: the organisation, its default site, and the supplier whose file it is (None: our own)."""

    organisation: str
    site: str
    supplier: str | None = None

    @property
    def default_owner(self) -> str:
        """Whose lots a blank Supplier means."""
        return self.supplier or self.organisation


def text(values: Mapping[str, Value], key: str) -> str:
    """A text value, "" where the cell is blank."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def resolve(rows: Iterable[Row], scope: Scope) -> tuple[Row, ...]:
    """The rows with owners and sites filled in."""
    return tuple(Row(sheet=row.sheet, values=_resolved(row, scope), source=row.source) for row in rows)


def _resolved(row: Row, scope: Scope) -> dict[str, Value]:
    values = dict(row.values)
    if row.sheet in _LOT_SHEETS and "lot_no" in values:
        values.setdefault("supplier", scope.default_owner)
    if row.sheet in _PARTY_SHEETS:
        if scope.supplier:
            values.setdefault("supplier", scope.supplier)
        if values.get("supplier") == scope.organisation:
            del values["supplier"]
    if row.sheet in _SITE_SHEETS and "site" not in values:
        _fill_site(row.sheet, values, scope)
    return values


def _fill_site(sheet: str, values: dict[str, Value], scope: Scope) -> None:
    """Our site, unless the row is about what others did: a supplier's runs are at the supplier's, others' deliveries anywhere."""
    if sheet == "Production" and scope.supplier:
        values["site"] = scope.supplier
    elif text(values, "recipient") in {"", scope.organisation}:
        values["site"] = scope.site


def forgotten_owners(stated: Sequence[Row], resolved: Sequence[Row], known: Known, scope: Scope) -> tuple[Finding, ...]:
    """`lot-owner-missing`: a blank Supplier means our own lot, but only a delivered lot has the number.

    ``stated`` are the rows as the sheets say, ``resolved`` the same rows with owners.
    """
    doubtful = [] if scope.supplier else [row for row in stated if row.sheet in _MAY_FORGET and "supplier" not in row.values]
    if not doubtful:
        return ()
    own = known.own_lots | set(known.aliases) | set(_own_numbers(resolved, scope.organisation))
    delivered = _delivered(resolved, known, scope.organisation)
    gathered = Gathered()
    for row in doubtful:
        number = text(row.values, "lot_no")
        if not number or row.values.get("direction") == "out":
            continue
        if number not in own and (candidates := delivered.get(number)):
            _tell(gathered, row, number, candidates)
    return gathered.findings()


def _tell(gathered: Gathered, row: Row, number: str, candidates: Sequence[LotKey]) -> None:
    owners = ", ".join(lot.owner for lot in candidates)
    ref = row.source.ref("lot_no")
    message = f"A blank Supplier means an own lot, but {number} is only known as a lot of {owners}."
    hint = f"write {candidates[0].owner} into Supplier" if len(candidates) == 1 else f"write one of them into Supplier: {owners}"
    gathered.add("lot-owner-missing", message, hint, ref, excerpt_of(ref, "Lot No", number), column=row.sheet)


def _own_numbers(rows: Iterable[Row], organisation: str) -> Iterator[str]:
    """Numbers that this reading itself makes known as ours."""
    for row in rows:
        values = row.values
        if row.sheet == "Deliveries" and (own := text(values, "own_lot_no")):
            yield own
        made = row.sheet in {"Opening Stock", "Deliveries"} or values.get("direction") == "out"
        if made and values.get("supplier") == organisation:
            yield text(values, "lot_no")


def _delivered(rows: Iterable[Row], known: Known, organisation: str) -> dict[str, tuple[LotKey, ...]]:
    """Delivered lots by number, known ones and this reading's."""
    lots: dict[str, set[LotKey]] = defaultdict(set)
    for number, keys in known.delivered.items():
        lots[number].update(keys)
    for row in rows:
        owner = text(row.values, "supplier")
        if row.sheet in {"Deliveries", "Opening Stock"} and owner != organisation:
            number = text(row.values, "lot_no")
            lots[number].add(LotKey(owner, number))
    return {number: tuple(sorted(keys)) for number, keys in lots.items()}
