"""Laws of returns: what comes back gives back no more than was attributed, in proportion, and every credit stays accounted for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from laws.test_laws_books import ACCOUNT, START, ledger_of, source
from tracepack.core.accounts import book_entries
from tracepack.core.bookrules import RuleBook
from tracepack.core.ledger import Attribution, Shipment
from tracepack.core.library import Library
from tracepack.core.lineage import Lineage, build_lineage

FACTOR = Fraction("0.92")
_kilograms = st.integers(1, 60)
#: A shipment: kilograms of each of its two lots, kilograms attributed to it, and returns (lot, kilograms, day).
_returns = st.lists(st.tuples(st.sampled_from(["F1", "F2"]), _kilograms, st.integers(0, 90)), max_size=4)
_shipments = st.lists(st.tuples(_kilograms, _kilograms, _kilograms, _returns), max_size=4)
Sent = tuple[int, int, int, list[tuple[str, int, int]]]


def lineage_of(sent: list[Sent]) -> Lineage:
    ledger = ledger_of([("received", "S1", START, Decimal(500), 100)], [START + dt.timedelta(days=119)]).ledger
    shipments, uses, number = [], [], 0
    for place, (first, second, attributed, returns) in enumerate(sent):
        rows = [("F1", first, "sale", START, None), ("F2", second, "sale", START, None)]
        rows += [(lot, kg, "return", START + dt.timedelta(days=day), f"S{place}") for lot, kg, day in returns]
        for lot, kg, kind, day, reverses in rows:
            number += 1
            shipments.append(
                Shipment(
                    shipment_no=f"S{place}" if reverses is None else f"R{number:03}",
                    date=day,
                    customer="CUS",
                    lot_no=lot,
                    supplier="ORG",
                    kind=kind,
                    reverses_shipment_no=reverses,
                    quantity=Decimal(kg),
                    unit="kg",
                    source=source("Shipments", number),
                )
            )
        row = source("Attributions", place + 2)
        amount = {**ACCOUNT, "quantity": Decimal(attributed), "unit": "kg", "source": row}
        uses.append(Attribution(attribution_no=str(place), site="S1", date=START, shipment_no=f"S{place}", **amount))
    return build_lineage(replace(ledger, shipments=tuple(shipments), attributions=tuple(uses)), Library({}))[0]


def oracle(sent: Sent) -> Fraction:
    """Kilograms of input that a shipment's returns give back, lot by lot."""
    first, second, attributed, returns = sent
    back = {"F1": 0, "F2": 0}
    for lot, kg, _ in returns:
        back[lot] += kg
    share = Fraction(min(back["F1"], first) + min(back["F2"], second), first + second)
    return attributed / FACTOR * share


@given(_shipments)
def test_returns_give_back_their_part_and_no_more(sent: list[Sent]) -> None:
    found: dict[str, Fraction] = {}
    for entry in (e for entries in book_entries(lineage_of(sent), RuleBook()).entries.values() for e in entries if e.kind == "given-back"):
        found[entry.of] = found.get(entry.of, Fraction(0)) + entry.mg
        assert [ref.sheet for ref in entry.refs][0::2] == ["Shipments", "Attributions"]
    expected = {str(place): oracle(one) * 1_000_000 for place, one in enumerate(sent)}
    assert found == {number: mg for number, mg in expected.items() if mg}


@given(_shipments)
def test_credits_are_uses_less_what_came_back_and_balance(sent: list[Sent]) -> None:
    books = book_entries(lineage_of(sent), RuleBook())
    for entries in books.entries.values():
        credited = sum((e.mg for e in entries if e.kind == "received"), Fraction(0))
        used = -sum((e.mg for e in entries if e.kind in ("attributed", "given-back")), Fraction(0))
        assert used >= 0
        assert sum((e.mg for e in entries), Fraction(0)) == credited - used


@given(_shipments)
def test_the_order_of_rows_does_not_matter(sent: list[Sent]) -> None:
    lineage = lineage_of(sent)
    turned = replace(lineage.ledger, shipments=lineage.ledger.shipments[::-1], attributions=lineage.ledger.attributions[::-1])
    assert book_entries(build_lineage(turned, Library({}))[0], RuleBook()) == book_entries(lineage, RuleBook())
