"""Deliveries that look like ones already told: re-sent under another date, note or quantity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from tracepack.core.findings import Finding, Severity
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey
from tracepack.intake.gather import excerpt_of, finding
from tracepack.intake.keys import header_of, same_values, value_text


def recognise_repeats(facts: Sequence[Fact], known: Known, *, replacing: bool) -> tuple[tuple[Fact, ...], tuple[Finding, ...]]:
    """The facts with deliveries set against what is known or stands in another file of the reading.

    A delivery without a note that says exactly what a known one says takes its key.  With ``replacing`` so does one
    that differs from a single known delivery of its day only in what it says, or from a single known one of the lot
    only in its date or only in its note: it is its correction.
    """
    stated = [fact for fact in facts if fact.sheet == "Deliveries"]
    parts = _parts_of_a_day(stated)
    if not known.deliveries and len({_file(fact) for fact in stated}) < 2:
        return tuple(facts), parts
    in_reading: dict[LotKey, list[Fact]] = defaultdict(list)
    for fact in stated:
        in_reading[_lot(fact)].append(fact)
    keys_of_file: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for fact in stated:
        keys_of_file[_file(fact)].add(fact.key)
    adopted: list[Fact] = []
    findings: list[Finding] = []
    for fact in facts:
        if fact.sheet != "Deliveries":
            adopted.append(fact)
            continue
        lot = _lot(fact)
        elsewhere = [other for other in in_reading[lot] if _file(other) != _file(fact)]
        told = known.deliveries.get(lot, ())
        rivals = _rivals(fact, [*told, *elsewhere], keys_of_file[_file(fact)])
        known_keys = {other.key for other in told}
        alone = sum(other.key not in known_keys for other in in_reading[lot]) == 1
        corrected = _corrected(fact, rivals, [rival for rival in rivals if rival.key in known_keys]) if alone else None
        taken = _adopt(fact, rivals, corrected if replacing else None)
        adopted.append(taken)
        if taken.key == fact.key:
            findings += _suspicions(fact, rivals, corrected)
    return tuple(adopted), (*parts, *findings)


def _parts_of_a_day(stated: Sequence[Fact]) -> tuple[Finding, ...]:
    """Deliveries of one file that share lot and day, have no note and differ in quantity: parts of a load, or one of them a slip."""
    seen: dict[tuple[object, ...], Fact] = {}
    findings: list[Finding] = []
    for fact in stated:
        values = fact.rows[0].values
        if "delivery_note" not in values:
            first = seen.setdefault((_file(fact), values.get("supplier"), values.get("lot_no"), values.get("delivery_date")), fact)
            if first is not fact and not _same(fact, first, "quantity"):
                hint = "give each its delivery note if both came in; delete the row that is wrong if one corrects the other"
                findings.append(_suspicion(fact, first, Severity.WARNING, hint))
    return tuple(findings)


def _lot(fact: Fact) -> LotKey:
    return LotKey(value_text(fact.rows[0].values.get("supplier")), value_text(fact.rows[0].values.get("lot_no")))


def _file(fact: Fact) -> str:
    return fact.rows[0].source.sha256


def _rivals(fact: Fact, others: Sequence[Fact], stated: Collection[tuple[str, ...]]) -> list[Fact]:
    """Other deliveries of the lot that the fact's file does not itself state; none where the delivery is known by its key."""
    if any(other.key == fact.key for other in others):
        return []
    return [other for other in others if other.key not in stated]


def _adopt(fact: Fact, rivals: Sequence[Fact], corrected: Fact | None) -> Fact:
    """The fact under the key of the delivery that it repeats or corrects; a note may have been corrected before."""
    equal = next((rival for rival in rivals if same_values(fact, rival)), corrected)
    return replace(fact, key=equal.key) if equal else fact


def _corrected(fact: Fact, rivals: Sequence[Fact], told: Sequence[Fact]) -> Fact | None:
    """The one known delivery that the fact, the only new one of its lot, can be a correction of; None where several can."""
    moved = [rival for rival in told if _differing(fact, rival) in ({"delivery_date"}, {"delivery_note"})]
    if not moved and "delivery_note" not in fact.rows[0].values:
        moved = [rival for rival in rivals if _same(fact, rival, "delivery_date") and "delivery_note" not in rival.rows[0].values]
    return moved[0] if len(moved) == 1 and moved[0] in told else None


def _differing(fact: Fact, rival: Fact) -> set[str]:
    mine, theirs = fact.rows[0].values, rival.rows[0].values
    return {key for key in (*mine, *theirs) if mine.get(key) != theirs.get(key)}


def _same(fact: Fact, rival: Fact, key: str) -> bool:
    return fact.rows[0].values.get(key) == rival.rows[0].values.get(key)


def _suspicions(fact: Fact, rivals: Sequence[Fact], corrected: Fact | None) -> list[Finding]:
    """The first rival that shares the day or the quantity; an error where the day is the same and no note tells them apart."""
    for rival in [corrected, *rivals] if corrected else rivals:
        same_day = _same(fact, rival, "delivery_date")
        if not same_day and not _same(fact, rival, "quantity"):
            continue
        no_note = "delivery_note" not in fact.rows[0].values
        severity = Severity.ERROR if same_day and no_note else Severity.WARNING
        return [_suspicion(fact, rival, severity, _way_out(rival, rival is corrected))]
    return []


def _way_out(rival: Fact, replaceable: bool) -> str:
    """What to do about it, and only what works."""
    if replaceable:
        remedy = "import with --replace"
    elif rival.fact_id:
        remedy = f"`tracepack withdraw F{rival.fact_id} --why ...` takes the earlier one back"
    else:
        remedy = "delete the row that is wrong"
    return f"if it is another delivery, give it its delivery note; if it corrects the earlier one, {remedy}"


def _suspicion(fact: Fact, rival: Fact, severity: Severity, hint: str) -> Finding:
    mine, theirs = fact.rows[0], rival.rows[0]
    differing = [key for key in ("delivery_date", "quantity", "delivery_note") if not _same(fact, rival, key)]
    says = "; ".join(
        f"{header_of('Deliveries', key)} {value_text(theirs.values.get(key)) or '(blank)'} there, "
        f"{value_text(mine.values.get(key)) or '(blank)'} here"
        for key in differing
    )
    ref, other = mine.source.ref("lot_no"), theirs.source.ref("lot_no")
    number = value_text(mine.values.get("lot_no"))
    return finding(
        "possible-duplicate",
        f"Lot {number} has a delivery much like this one in {other} ({says or 'no difference but the file'}).",
        hint=hint,
        refs=(ref, other),
        excerpt=excerpt_of(ref, "Lot No", number),
        severity=severity,
    )
