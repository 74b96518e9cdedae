"""A lot with a very long history: nothing recurses, nothing is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.desk import Desk
from laws.answers import answer
from laws.language import ORGANISATION, SITE, parse
from laws.workbook_writer import write_workbook
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


@pytest.mark.slow
def test_a_chain_of_ten_thousand_runs_is_traced_from_the_command_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.run("init", "--organisation", ORGANISATION, "--site", SITE).code == 0
    steps = ["A 100 bio=40 src=CANE", "A 100 -> F0 100"] + [f"F{i} 100 -> F{i + 1} 100" for i in range(RUNS - 1)]
    imported = desk.run("import", "--json", str(write_workbook(parse(" ; ".join(steps)), tmp_path / "chain.xlsx")))
    assert imported.code == 0, imported.out + imported.err
    assert desk.content(f"F{RUNS - 1}")["content"]["bio_carbon_toc"]["low"] == pytest.approx(0.4)
    traced = desk.run("trace", f"F{RUNS - 1}", "--json").json
    assert {lot["number"] for lot in traced["lots"]} == {"A", *(f"F{i}" for i in range(RUNS))}
    assert max(lot["depth"] for lot in traced["lots"]) == RUNS
