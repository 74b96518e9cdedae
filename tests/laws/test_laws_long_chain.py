"""A lot with a very long history: nothing recurses, nothing is cut off."""

from __future__ import annotations

import pytest

from laws.answers import answer
from laws.language import ORGANISATION, parse
from tracepack.core.ledger import LotKey

RUNS = 10_000


@pytest.mark.slow
def test_a_chain_of_ten_thousand_runs_computes() -> None:
    """Each run keeps half of what came before and adds as much of the other resin, so the end is nearly all B (bio 0) ... until
    the last run, which blends 50 kg of the first resin back in: half of its carbon is bio-based to within 2 ** -10,000."""
    steps = ["A 150 bio=100", f"B {50 * RUNS} bio=0", "A 100 -> F0 100"]
    steps += [f"F{i} 50 + B 50 -> F{i + 1} 100" for i in range(RUNS - 1)]
    steps += [f"F{RUNS - 1} 50 + A 50 -> END 100"]
    found = answer(parse(" ; ".join(steps)), LotKey(ORGANISATION, "END"))
    assert found.figures["bio_carbon_toc"].low == pytest.approx(0.5, abs=1e-9)
    assert found.figures["bio_carbon_toc"].high == pytest.approx(0.5, abs=1e-9)
    assert {origin.lot.number for origin in found.origins if origin.lot} == {"A", "B"}
