"""Lot numbers that look alike: a warning names the twin and its cell, and nobody else's lots are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.findings import Finding
from tracepack.core.known import Known
from tracepack.core.ledger import Fact, LotKey, Row, SourceRow
from tracepack.intake.lookalikes import check_lookalikes, likely_twins


def delivery(number: str, owner: str = "ACME", row: int = 2) -> Fact:
    source = SourceRow("a.xlsx", "0" * 64, "Deliveries", row, {"lot_no": "A"})
    return Fact(
        sheet="Deliveries",
        key=(owner, number),
        rows=(Row(sheet="Deliveries", values={"lot_no": number, "supplier": owner}, source=source),),
    )


def told(*facts: Fact, known: Known | None = None) -> tuple[Finding, ...]:
    return check_lookalikes(facts, known or Known(), "OURSELVES")


@pytest.mark.parametrize("twin", ["L-1O4", "L-l04", "L-I04", "L–104", "L−104", "L-1О4"])
def test_a_twin_in_the_reading_is_named_with_its_cell(twin: str) -> None:
    (found,) = told(delivery("L-104"), delivery(twin, row=7))
    assert found.name == "lot-number-lookalike"
    assert [ref.cell for ref in found.refs] == ["A7", "A2"]
    assert "L-104 (a.xlsx  Deliveries!A2)" in found.message


def test_the_signs_that_differ_are_named() -> None:
    (found,) = told(delivery("A1"), delivery("А1", row=3))
    assert "cyrillic capital letter a" in found.message


def test_a_twin_known_from_before_is_named() -> None:
    known = Known(delivered={"L-104": (LotKey("ACME", "L-104"),)}, deliveries={LotKey("ACME", "L-104"): (delivery("L-104"),)})
    new = delivery("L-1O4", row=9)
    assert likely_twins(new.rows) == {"L-104"}
    assert [[ref.cell for ref in found.refs] for found in told(new, known=known)] == [["A9", "A2"]]
    assert not told(delivery("L-1O4", owner="OTHER"), known=known)


def test_mixed_alphabets_are_told_without_a_twin() -> None:
    (found,) = told(delivery("LОT-9"))
    assert "cyrillic capital letter o" in found.message


@pytest.mark.parametrize("numbers", [("L-104", "L-105"), ("LOT", "L0T-1"), ("批1", "批2"), ("ПАРТИЯ-7", "ПАРТИЯ-8"), ("L1", "LL")])
def test_different_lots_are_not_twins(numbers: tuple[str, str]) -> None:
    assert not told(delivery(numbers[0]), delivery(numbers[1], row=3))


def test_lots_of_two_owners_are_not_twins() -> None:
    assert not told(delivery("L-10"), delivery("L-1O", owner="OTHER", row=3))


@given(st.lists(st.text(alphabet="O0Il1-–A\n", min_size=1, max_size=4), unique=True))
def test_any_numbers_are_compared(numbers: list[str]) -> None:
    """Every lot but the first of its looks is told once."""
    fold = str.maketrans("OIl–", "011-")
    looks = {number.translate(fold) for number in numbers}
    assert len(told(*(delivery(number, row=row) for row, number in enumerate(numbers, 2)))) == len(numbers) - len(looks)
