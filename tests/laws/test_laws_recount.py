"""The second algorithm, which `verify` trusts, says what the first says of every ledger; and it rests on none of its arithmetic."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from laws.answers import PHYSICAL, answer
from laws.language import ORGANISATION, parse
from laws.oracle import replay
from laws.strategies import BLANK, ledgers
from tracepack.core import recount as module
from tracepack.core.ledger import Ledger, LotKey
from tracepack.core.library import library_from_table
from tracepack.core.lineage import build_lineage
from tracepack.core.recount import Recount, recount
from tracepack.data import read_toml

law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Reported figures are rounded to 1e-9.
SAME = 2e-9
SECOND = ("recount", "recountrows", "recountlayers", "recountblend", "recountbounds", "elimination")
FIRST = ("content", "mixture", "mixing", "figures", "bounds", "pools", "dry", "runs", "structure", "conversion", "delivered", "trace")


def again(ledger: Ledger, lot: LotKey) -> Recount:
    lineage, _ = build_lineage(ledger, library_from_table(read_toml("materials.toml")))
    return recount(lineage, lot)


def shown(found: Recount) -> dict[str, tuple[float, float] | None]:
    return {name: None if span is None else (float(span[0]), float(span[1])) for name, span in found.figures.items()}


def compare(text: str) -> None:
    ledger = parse(text)
    for lot in sorted(replay(ledger).inflow):
        first, second = answer(ledger, lot), again(ledger, lot)
        assert second.inexact == ()
        for name in PHYSICAL:
            figure, span = first.figures[name], shown(second)[name]
            told = None if figure.low is None or figure.high is None else (figure.low, figure.high)
            assert told == (span if span is None else pytest.approx(span, abs=SAME)), (lot, name)


@law
@given(ledgers())
def test_both_algorithms_say_the_same_of_stated_ledgers(text: str) -> None:
    compare(text)


@law
@given(ledgers(BLANK))
def test_both_algorithms_say_the_same_where_values_are_missing(text: str) -> None:
    compare(text)


@law
@given(ledgers())
def test_the_second_algorithm_finds_the_origins_that_replaying_every_day_finds(text: str) -> None:
    ledger = parse(text)
    replayed = replay(ledger)
    for lot in sorted(replayed.inflow):
        if lot in replayed.running:
            continue
        expected: dict[LotKey | None, float] = {}
        for root, share in replayed.shares(lot).items():
            key = root if isinstance(root, LotKey) else None
            if share > 1e-12:  # a loop that is repeated until nothing moves leaves dust behind
                expected[key] = expected.get(key, 0.0) + float(share)
        found = {root: float(share) for root, share in again(ledger, lot).origins.items()}
        assert found == pytest.approx(expected, abs=1e-9), lot


@pytest.mark.parametrize(
    "text",
    [
        "A 100 bio=40 ; A 150 -> F 150",  # more drawn than there was
        "A 100 bio=40 ; A 100 -> F 150",  # more out than in
        "A 60 bio=100 moist=10 ; B 40 bio=0 ; A 60 + B 40 + R 25 -> F 95 + R 25 + loss water 5",
        "A 80 bio=100 ; B 90 bio=0 ; A 80 + R 20 -> F 100 ; B 90 + F 10 -> G 80 + R 20",  # regrind across recipes
        "A 10kg bio=40 ; A 10 -> F 8 ; G 5 -> H 5 ; H 5 + F 5 -> K 10",  # an open end
        "A 50 bio=40 ; A 30 -> F 30 ; F 20 => C no=1 ; F 20 => C kind=return no=2",
    ],
)
def test_both_algorithms_say_the_same_of_what_went_wrong(text: str) -> None:
    ledger = parse(text)
    for run in ledger.runs:
        for row in run.rows:
            if row.direction == "out" and row.lot is not None:
                first, second = answer(ledger, row.lot), again(ledger, row.lot)
                for name in PHYSICAL:
                    figure = first.figures[name]
                    assert shown(second)[name] == pytest.approx((figure.low, figure.high), abs=SAME), (row.lot, name)


def test_a_conversion_is_named_and_bounded_not_confirmed() -> None:
    text = "A 100 bio=100 ; kind=synthesis A 100 -> P 90 ; B 100 bio=0 ; P 50 + B 50 -> F 100"
    found = again(parse(text), LotKey(ORGANISATION, "F"))
    assert len(found.inexact) == 1
    assert "chemical conversion" in found.inexact[0]
    span = found.figures["bio_mass"]
    assert span is not None
    assert (span[0], span[1]) == (0, Fraction(1, 2))


def test_the_second_algorithm_imports_none_of_the_first() -> None:
    folder = Path(module.__file__).parent
    for name in SECOND:
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        used = {(node.module or "").rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not used & {*FIRST, "numpy"}, name


def test_a_chain_of_a_thousand_runs_is_followed_without_growing_fractions() -> None:
    steps = " ; ".join(f"L{i} 90 + B 1 -> L{i + 1} 91" if i % 2 else f"L{i} 89 + B 1 -> L{i + 1} 90" for i in range(1000))
    ledger, last = parse(f"L0 100 bio=100 ; B 1001 bio=0 ; {steps}"), LotKey(ORGANISATION, "L1000")
    figure = answer(ledger, last).figures["bio_carbon_toc"]
    assert shown(again(ledger, last))["bio_carbon_toc"] == pytest.approx((figure.low, figure.high), abs=SAME)
