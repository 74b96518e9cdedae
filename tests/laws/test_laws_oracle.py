"""The oracle and the ledger language against numbers worked by hand, so that the laws rest on something."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from laws.language import ORGANISATION, SUPPLIER, parse
from laws.oracle import LotKey, Root, replay, walk_paths

JANUARY, MARCH = dt.date(2026, 1, 20), dt.date(2026, 3, 20)


def own(number: str) -> LotKey:
    return LotKey(ORGANISATION, number)


def bought(number: str, supplier: str = SUPPLIER) -> LotKey:
    return LotKey(supplier, number)


def shares(text: str, lot: str, on: dt.date | None = None) -> dict[Root, Fraction]:
    return replay(parse(text)).shares(own(lot), on)


def test_a_blend_holds_its_inputs_by_mass() -> None:
    assert shares("A 100 ; B 50 ; A 60 + B 30 -> C 90", "C") == {bought("A"): Fraction(2, 3), bought("B"): Fraction(1, 3)}


def test_moisture_makes_no_dry_mass() -> None:
    # 50 kg at 12 % is 44 kg dry; 44 + 56 = 100.
    assert shares("A 50 moist=12 ; B 56 ; A 50 + B 56 -> C 106", "C") == {bought("A"): Fraction(44, 100), bought("B"): Fraction(56, 100)}


def test_a_water_loss_changes_no_dry_share() -> None:
    assert shares("A 100 ; B 100 moist=10 ; A 100 + B 100 -> C 185 + loss water 10 + loss 5", "C")[bought("A")] == Fraction(100, 190)


def test_a_loss_that_names_a_lot_takes_that_lot() -> None:
    assert shares("A 60 ; B 40 ; A 60 + B 40 -> C 90 + loss A 10", "C") == {bought("A"): Fraction(50, 90), bought("B"): Fraction(40, 90)}


def test_regrind_of_the_same_day_settles_at_the_fresh_recipe() -> None:
    text = "A 60 ; B 40 ; A 60 + B 40 + R 25 -> F 100 + R 25"
    assert float(shares(text, "F")[bought("A")]) == pytest.approx(0.6, abs=1e-12)


def test_regrind_across_recipes_settles_where_both_runs_agree() -> None:
    # F = (80 A + 20 R)/100 ; G = (90 B + 10 F)/100 ; R is 20 of G: a(R) = .1 a(F) ; a(F) = .8 + .2 * .1 a(F) = .8 / .98
    text = "A 80 ; B 90 ; A 80 + R 20 -> F 100 ; B 90 + F 10 -> G 80 + R 20"
    assert float(shares(text, "F")[bought("A")]) == pytest.approx(0.8 / 0.98, abs=1e-12)


SILO = """
S 100 note=1 @2026-01-01 ; X 100 @2026-01-01
K1: S 80 -> JAN 80 @2026-01-10 ; mix: X 60 -> Z 60 @2026-01-02
Z 20 -> SILO 20 @2026-01-02 ; SILO 10 -> F1 10 @2026-01-10
S 20 -> SILO 20 @2026-03-01 ; SILO 30 -> F2 30 @2026-03-10
"""


def test_a_silo_filled_again_leaves_the_earlier_film_alone() -> None:
    assert shares(SILO, "F1") == {bought("X"): 1}
    assert shares(SILO, "F2") == {bought("X"): Fraction(1, 3), bought("S"): Fraction(2, 3)}
    assert shares(SILO, "SILO", JANUARY) == {bought("X"): 1}
    assert shares(SILO, "SILO", MARCH) == {bought("X"): Fraction(1, 3), bought("S"): Fraction(2, 3)}
    assert replay(parse(SILO)).running == {own("SILO")}


def test_what_is_drawn_beyond_the_stock_is_unknown_from_its_day_on() -> None:
    text = "A 100 @2026-01-01 ; A 80 -> F1 80 @2026-01-05 ; A 80 -> F2 80 @2026-01-10"
    assert shares(text, "F1") == {bought("A"): 1}
    assert shares(text, "F2")[bought("A")] == Fraction(20, 80)


def test_what_comes_out_beyond_the_input_is_unknown() -> None:
    assert shares("A 1000 ; A 1000 -> F 1500", "F")[bought("A")] == Fraction(2, 3)


def test_two_suppliers_may_use_one_number() -> None:
    text = "P/L1 70 ; Q/L1 30 ; P/L1 70 + Q/L1 30 -> F 100"
    assert shares(text, "F") == {bought("L1", "P"): Fraction(7, 10), bought("L1", "Q"): Fraction(3, 10)}


@pytest.mark.parametrize(
    "text",
    [
        "A 100 ; B 50 ; A 60 + B 30 -> C 90 ; C 90 -> F 80 + loss 10",
        "A 100 ; B 50 ; A 60 + B 30 -> C 60 + D 30 ; C 30 + D 10 + A 40 -> F 80 ; B 20 -> F 20",
        "A 60 ; B 40 ; A 60 + B 40 -> C 90 + loss A 10 ; C 50 -> F 50 ; C 40 -> G 40 ; G 20 -> F 20",
    ],
)
def test_replaying_the_days_agrees_with_walking_the_paths(text: str) -> None:
    ledger = parse(text)
    assert replay(ledger).shares(own("F")) == walk_paths(ledger, own("F"))
