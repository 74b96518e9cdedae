"""The calculation that a report lays out gives the figure that it states, at both ends."""

from __future__ import annotations

import pytest
from hypothesis import given

from laws.language import parse
from laws.strategies import BLANK, ledgers
from tracepack.core.content import content_in
from tracepack.core.ledger import Ledger
from tracepack.core.library import library_from_table
from tracepack.core.lineage import build_lineage
from tracepack.core.mixture import mix_lots
from tracepack.core.workings import workings_of
from tracepack.data import read_toml

LIBRARY = library_from_table(read_toml("materials.toml"))


def check_workings(ledger: Ledger) -> None:
    lineage, _ = build_lineage(ledger, LIBRARY)
    for lot in list(lineage.makers)[:4]:
        mixture = mix_lots(lineage, [lineage.canonical(lot)])
        made_of = content_in(mixture, lot)
        ends = [("low", f.low) for f in made_of.figures.values()] + [("high", f.high) for f in made_of.figures.values()]
        found = workings_of(mixture, made_of)
        assert bool(found) == any(value is not None for _, value in ends)
        for working in found:
            top = sum(part.share * part.numerator for part in working.parts)
            bottom = sum(part.share * part.denominator for part in working.parts)
            figure = made_of.figures[working.figure]
            assert working.value == (figure.high if working.end == "high" else figure.low)
            assert top / bottom == pytest.approx(working.value, abs=2e-9), (lot, working.figure, working.end)


@given(ledgers())
def test_the_workings_of_stated_lots_give_their_figures(text: str) -> None:
    check_workings(parse(text))


@given(ledgers(BLANK))
def test_the_workings_of_open_lots_give_both_ends(text: str) -> None:
    check_workings(parse(text))
