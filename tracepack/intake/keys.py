"""What identifies a fact: rows become facts under the keys of the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from tracepack import data
from tracepack.core.facts import setting_name
from tracepack.core.findings import Finding
from tracepack.core.ledger import Fact, Row, Value
from tracepack.core.quantity import Interval
from tracepack.intake.celltext import plain
from tracepack.intake.gather import Gathered, excerpt_of, finding

_PARTY_OWNED = frozenset({"Materials", "Compositions", "Feedstock Sources"})


def value_text(value: Value) -> str:
    """A value as part of a key or of a message: ISO dates, plain decimals, shares in percent, "" for a blank."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal | float):
        return plain(Decimal(str(value)))
    if isinstance(value, Interval):
        low, high = (plain(Decimal(repr(end)) * 100) for end in (value.low, value.high))
        return f"{low} %" if low == high else f"{low}-{high} %"
    return value.isoformat()


def make_facts(rows: Sequence[Row], organisation: str) -> tuple[tuple[Fact, ...], tuple[Finding, ...]]:
    """Facts in the order of their first rows; `key-twice`, `row-repeated` and `duplicate-delivery` where keys collide."""
    gathered = Gathered()
    numbered = _number_deliveries([row for row in rows if row.sheet == "Deliveries"], gathered)
    groups: dict[object, tuple[str, tuple[str, ...], list[Row]]] = {}
    for index, row in enumerate(rows):
        key = numbered.get(id(row)) or _key(row, organisation)
        one = (row.sheet, row.source.sha256, key) if _is_grouped(row.sheet) else index
        groups.setdefault(one, (row.sheet, key, []))[2].append(row)
    facts = [Fact(sheet=sheet, key=key, rows=tuple(found)) for sheet, key, found in groups.values()]
    kept, clashes = _one_each(facts, gathered)
    return kept, (*gathered.findings(), *clashes)


@cache
def _is_grouped(sheet: str) -> bool:
    return data.layout().sheets[sheet].grouped


@cache
def _key_columns(sheet: str) -> tuple[str, ...]:
    return tuple(data.layout().sheets[sheet].key)


def _key(row: Row, organisation: str) -> tuple[str, ...]:
    """The key of a row's fact, by the layout."""
    if row.sheet == "Settings":
        return (setting_name(value_text(row.values.get("name"))),)
    get, names = row.values.get, _key_columns(row.sheet)
    parts = tuple([value_text(get(name)) for name in names])
    if row.sheet in _PARTY_OWNED:
        return tuple(organisation if name == "supplier" and not part else part for name, part in zip(names, parts, strict=True))
    return parts


def _number_deliveries(rows: Iterable[Row], gathered: Gathered) -> dict[int, tuple[str, ...]]:
    """Keys of deliveries without a note, by row identity: equal ones of a file are numbered 1, 2, 3 ...

    Numbers follow the rows' values, not their places, so that a re-sorted list gives the same keys.
    """
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if "delivery_note" not in row.values:
            stem = tuple(value_text(row.values.get(name)) for name in ("supplier", "lot_no", "delivery_date", "quantity"))
            alike[row.source.sha256, *stem].append(row)
    keys: dict[int, tuple[str, ...]] = {}
    for (_, *parts), found in alike.items():
        if len(found) == 1:
            keys[id(found[0])] = (*parts, "1")
            continue
        ordered = sorted(found, key=lambda row: sorted((name, value_text(value)) for name, value in row.values.items()))
        keys.update((id(row), (*parts, str(number))) for number, row in enumerate(ordered, 1))
        _tell_alike(found, gathered)
    return keys


def _tell_alike(rows: Sequence[Row], gathered: Gathered) -> None:
    lot = value_text(rows[0].values.get("lot_no"))
    message = f"{len(rows)} rows deliver the same quantity of {lot} on the same day without a note; they count as {len(rows)} deliveries."
    for row in rows:
        ref = row.source.ref("lot_no")
        hint = "give each its delivery note, or delete the repeated rows"
        gathered.add("duplicate-delivery", message, hint, ref, excerpt_of(ref, "Lot No", lot))


def same_values(one: Fact, other: Fact) -> bool:
    """Whether two facts say the same; the order of a run's or composition's rows does not matter."""
    mine, theirs = [row.values for row in one.rows], [row.values for row in other.rows]
    if len(mine) != len(theirs):
        return False
    return mine == theirs or sorted(map(_sortable, mine)) == sorted(map(_sortable, theirs))


def _sortable(values: object) -> list[tuple[str, str]]:
    assert isinstance(values, dict)
    return sorted((key, f"{type(value).__name__}{value_text(value)}") for key, value in values.items())


def first_difference(one: Fact, other: Fact) -> tuple[str, Row, Row]:
    """The first field in which two facts of one key differ, with the row of each; "" where they differ in their rows' number."""
    for mine, theirs in zip(one.rows, other.rows, strict=False):
        for key in dict.fromkeys([*mine.values, *theirs.values]):
            if mine.values.get(key) != theirs.values.get(key):
                return key, mine, theirs
    return "", one.rows[-1], other.rows[-1]


def header_of(sheet: str, key: str) -> str:
    """A field's English header."""
    return data.layout().sheets[sheet].column(key).header if key else "rows"


def _one_each(facts: Sequence[Fact], gathered: Gathered) -> tuple[tuple[Fact, ...], list[Finding]]:
    """One fact per key: the first; what repeats it is told, what contradicts it is an error."""
    kept: dict[tuple[str, tuple[str, ...]], Fact] = {}
    clashes: list[Finding] = []
    for fact in facts:
        first = kept.setdefault((fact.sheet, fact.key), fact)
        if first is fact:
            continue
        if not same_values(first, fact):
            clashes.append(_clash(first, fact))
        elif first.rows[0].source.sha256 == fact.rows[0].source.sha256:
            ref = fact.rows[0].source.ref(data.layout().sheets[fact.sheet].key[-1])
            message = "The row repeats an earlier row of this file with the same key; it counts once."
            hint = "delete it, or give it its own number if it is a second one"
            gathered.add("row-repeated", message, hint, ref, ref.cell, column=fact.sheet)
    return tuple(kept.values()), clashes


def _clash(first: Fact, second: Fact) -> Finding:
    key, one, other = first_difference(first, second)
    was, now = value_text(one.values.get(key)) or "(blank)", value_text(other.values.get(key)) or "(blank)"
    refs = (other.source.ref(key), one.source.ref(key))
    what = f"{header_of(first.sheet, key)} is {was} in {refs[1].cell} and {now} in {refs[0].cell}" if key else "they differ in their rows"
    return finding(
        "key-twice",
        f"Two rows have the key {' / '.join(filter(None, first.key))} and different values: {what}.",
        hint="keep one of them, or give the second its own number",
        refs=refs,
        excerpt=excerpt_of(refs[0], header_of(first.sheet, key), now) if key else refs[0].cell,
    )
