"""Lot numbers that look like another one: letters of other alphabets, O and 0, I and l and 1, dashes of all kinds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tracepack.core.findings import Finding, SourceRef
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey, Row
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.keys import header_of
from tracepack.intake.owners import text

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХаеорсухіјѕԛԝ", "ABESIJKMHOPCTYXaeopcyxijsqw", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲͿ", "ABEZHIKMNOPTYXocJ", strict=True))
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－ー", "-")
#: Letters and signs that print like a Latin one.
_LATIN = str.maketrans(_CYRILLIC | _GREEK | _DASHES)
#: The same, with what also Latin type confuses folded to a digit.
_SKELETON = str.maketrans(
    {sign: {"O": "0", "o": "0", "I": "1", "l": "1"}.get(like, like) for sign, like in (_CYRILLIC | _GREEK | _DASHES).items()}
    | {"O": "0", "o": "0", "I": "1", "l": "1", "|": "1"}
)
_LETTER_AMONG_DIGITS = re.compile(r"(?<=\d)[OIl]|[OIl](?=\d)", re.ASCII)
#: Owner and number.
_Lot = tuple[str, str]
_HINT = "write the lot number the same way everywhere if one lot is meant; nothing needs doing if these are two"


def likely_twins(rows: Iterable[Row]) -> set[str]:
    """Lot numbers that some rows may mean by what they write otherwise: those to look for among the known ones."""
    numbers = {number for row in rows if isinstance(number := row.values.get("lot_no"), str)}
    return set(_usual(list(numbers)).values())


def check_lookalikes(facts: Iterable[Fact], known: Known, organisation: str) -> tuple[Finding, ...]:
    """`lot-number-lookalike`: a lot number that looks like another of the same owner, in this reading or known before it
    (as far as ``known`` holds the `likely_twins`), or that mixes alphabets.
    """
    first = _first_rows(facts, organisation)
    numbers = [number for _, number in first]
    twins = _alike(list(first), numbers)
    told = {lot for lot, _ in twins}
    found = [_twin(first[lot], lot[1], twin[1], first[twin]) for lot, twin in twins]
    usual = _usual(numbers)
    for lot, row in first.items() if usual else ():
        owner, number = lot
        if number not in usual or (owner, usual[number]) in first:
            continue
        twin = LotKey(owner, usual[number])
        if _is_known(twin, known, organisation):
            told.add(lot)
            deliveries = known.deliveries.get(twin, ())
            found.append(_twin(row, number, twin.number, deliveries[0].rows[0] if deliveries else None))
    return (*found, *_mixed_alphabets({lot: row for lot, row in first.items() if lot not in told and not lot[1].isascii()}))


def _together(numbers: Sequence[str], change: Callable[[str], str]) -> list[str]:
    """Each number changed; all in one text, which is many times faster than one by one."""
    changed = change("\n".join(numbers)).split("\n")
    return changed if len(changed) == len(numbers) else [change(number) for number in numbers]


def _usual(numbers: Sequence[str]) -> dict[str, str]:
    """How those numbers would usually be spelt that are spelt otherwise: look-alike letters as the Latin ones, dashes as hyphens,
    O and I beside a digit as digits."""

    def spell(written: str) -> str:
        latin = written if written.isascii() else written.translate(_LATIN)
        return _LETTER_AMONG_DIGITS.sub(lambda match: "0" if match[0] == "O" else "1", latin)

    spelt = _together(numbers, spell)
    return {number: usual for number, usual in zip(numbers, spelt, strict=True) if usual != number}


def _alike(lots: Sequence[_Lot], numbers: Sequence[str]) -> list[tuple[_Lot, _Lot]]:
    """Lots that look like an earlier one of their owner, each with that one."""
    skeletons = _together(numbers, lambda written: written.translate(_SKELETON))
    looks = [(owner, skeleton) for (owner, _), skeleton in zip(lots, skeletons, strict=True)]
    if len(set(looks)) == len(looks):
        return []
    earlier: dict[tuple[str, str], _Lot] = {}
    return [(lot, other) for lot, look in zip(lots, looks, strict=True) if (other := earlier.setdefault(look, lot)) != lot]


def _first_rows(facts: Iterable[Fact], organisation: str) -> dict[_Lot, Row]:
    """The row that names each lot first, in the order of the facts."""
    first: dict[_Lot, Row] = {}
    for fact in facts:
        for row in fact.rows:
            values = row.values
            number = values.get("lot_no")
            if isinstance(number, str) and number:
                first.setdefault((text(values, "supplier") or organisation, number), row)
            if "own_lot_no" in values and (number := text(values, "own_lot_no")):
                first.setdefault((organisation, number), row)
    return first


def _is_known(lot: LotKey, known: Known, organisation: str) -> bool:
    return lot.number in known.own_lots if lot.owner == organisation else lot in known.delivered.get(lot.number, ())


def _twin(row: Row, number: str, twin: str, other: Row | None) -> Finding:
    place = other.source.ref(_field(other, twin)) if other else None
    signs = dict.fromkeys((one, like) for one, like in zip(number, twin, strict=True) if one != like)
    differ = ", ".join(f"{_named(one)} is {_named(like)} there" for one, like in signs)
    named = f"{twin} ({place})" if place else twin
    message = f"The lot number {number} looks like {named} of the same owner, but is another: {differ}."
    return _told(row, number, message, [place] if place else [])


def _told(row: Row, number: str, message: str, others: Iterable[SourceRef] = ()) -> Finding:
    key = _field(row, number)
    ref = row.source.ref(key)
    return finding(
        "lot-number-lookalike", message, hint=_HINT, refs=[ref, *others], excerpt=excerpt_of(ref, header_of(row.sheet, key), number)
    )


def _field(row: Row, number: str) -> str:
    """Which field of a row names a lot."""
    return "own_lot_no" if row.values.get("lot_no") != number else "lot_no"


def _named(sign: str) -> str:
    """A sign with its Unicode name, since two of them may look the same."""
    return f"{sign!r} ({unicodedata.name(sign, 'a sign without a name').lower()})"


def _mixed_alphabets(first: Mapping[_Lot, Row]) -> Iterator[Finding]:
    """Lot numbers with Latin letters and such of another alphabet."""
    for (_, number), row in first.items():
        if any(c.isascii() and c.isalpha() for c in number):
            others = [c for c in dict.fromkeys(number) if c.isalpha() and unicodedata.name(c, "").startswith(("CYRILLIC", "GREEK"))]
            if others:
                yield _told(row, number, f"The lot number {number} mixes Latin letters with {', '.join(map(_named, others))}.")
