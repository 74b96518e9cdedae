"""The sample chain holds together, and two of its lots come out as worked by hand from the workbooks' own numbers."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tracepack import Workspace, cli

SAMPLES = Path(__file__).parents[2] / "samples"
DEMO = tomllib.loads((SAMPLES / "demo.toml").read_text(encoding="utf-8"))
Figures = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quarter") / "quarter.db"
    assert cli.run(["-w", str(path), "init", "--organisation", DEMO["organisation"], "--site", DEMO["site"]]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))]) == 0
    return path


@pytest.fixture
def figures(chain: Path, capsys: pytest.CaptureFixture[str]) -> Figures:
    """The content figures of a lot, as `content --json` prints them."""

    def of(lot: str) -> dict[str, Any]:
        capsys.readouterr()
        assert cli.run(["-w", str(chain), "content", lot, "--json"]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)["content"]
        return answer

    return of


def test_the_workbooks_are_what_the_builder_writes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SAMPLES / "build.py"), str(tmp_path)], check=True)
    for folder in ("chain", "troubles"):
        kept, made = ({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (r / folder).iterdir()} for r in (SAMPLES, tmp_path))
        assert kept == made


def test_the_clean_chain_raises_nothing(chain: Path) -> None:
    workspace = Workspace.open(chain)
    assert workspace.check().findings == []
    assert workspace.trace(DEMO["lot"]).complete
    assert workspace.trace("FILM-2601-02").complete


def test_the_demo_lot_has_a_lineage_that_is_rich_and_readable(chain: Path) -> None:
    trace = Workspace.open(chain).trace(DEMO["lot"])
    runs = {link.run for link in trace.links if link.run}
    assert 20 <= len(trace.lots) + len(runs) <= 40
    assert "REGR-2603-01" in {lot.number for lot in trace.lots}


def test_the_mass_balance_line_by_hand(chain: Path) -> None:
    """Film works 2: opening 2 t, received 10 + 6 t and 10 + 8 t of input, attributed 6.51 + 9.3 t and 9.3 + 7.44 t of film at 0.93."""
    (account,) = Workspace.open(chain).balance(site="NF-2").accounts
    first, second = account.periods
    assert (first.opening_kg, first.received_kg, first.attributed_kg, first.closing_kg) == ("2000", "16000", "17000", "1000")
    assert (second.opening_kg, second.received_kg, second.attributed_kg, second.closing_kg) == ("1000", "18000", "18000", "1000")


def test_attributed_content_stands_beside_what_the_film_is_made_of(figures: Figures) -> None:
    """OPP-2601: 6 t of mass-balanced PP, of unknown substance, in 10 t; credits for 6.51 of its 9.3 t."""
    found = figures("OPP-2601")
    assert (found["bio_carbon_toc"]["low"], found["bio_carbon_toc"]["high"]) == (0, 0.6)
    assert (found["attributed"]["low"], found["attributed"]["high"]) == (0.7, 0.7)


@pytest.mark.parametrize("shipment", ["S-26-0101", "S-26-0102", "S-26-0103", "S-26-0104"])
def test_the_line_declares_what_it_ships(chain: Path, capsys: pytest.CaptureFixture[str], shipment: str) -> None:
    assert cli.run(["-w", str(chain), "declaration", shipment]) == 0
    assert "DRAFT" not in capsys.readouterr().out


def test_every_claim_on_a_shipment_is_below_the_figure(chain: Path, figures: Figures) -> None:
    sys.path.insert(0, str(SAMPLES))
    try:
        from world import shipments  # noqa: PLC0415  (the samples' folder is no package)
    finally:
        sys.path.remove(str(SAMPLES))
    head, *rows = shipments()
    lot, figure, claimed = (list(head).index(name) for name in ("Lot No", "Claimed Figure", "Claimed %"))
    sales = [row for row in rows if row[claimed] is not None]
    assert len(sales) > 20
    for row in sales:
        assert float(str(row[claimed])) / 100 <= figures(str(row[lot]))[str(row[figure])]["low"]


def test_compound_of_february_by_hand(figures: Figures) -> None:
    """CMP-2602-02: PLA 420 kg (0.05 % moist), PBAT 400 kg, starch 250 kg (12 % moist); water, purge and dust leave the ratios alone."""
    pla, pbat, starch = Decimal(420) * Decimal("0.9995"), Decimal(400), Decimal(250) * Decimal("0.88")
    dry = pla + pbat + starch
    bio_carbon = pla * Decimal("0.5") + starch * Decimal("0.4445")
    carbon = bio_carbon + pbat * Decimal("0.6285")
    found = figures("CMP-2602-02")
    assert_point(found["bio_carbon_toc"], bio_carbon / carbon)
    assert_point(found["bio_carbon_tc"], bio_carbon / carbon)
    assert_point(found["bio_carbon_mass"], bio_carbon / dry)
    assert_point(found["bio_mass"], (pla + starch) / dry)
    assert_point(found["bio_polymer_mass"], pla / dry)


def test_laminate_of_march_by_hand(figures: Figures) -> None:
    """FILM-2603-07: coextruded film by thickness and density with regrind, adhesive, printed cellulose film by grammage."""
    d = Decimal
    # Coextrusion CX-2603-02, g/m2 by thickness x density: skins 15 um x 0.921, core 30 um x 0.96.
    skin, core = d(15) * d("0.921"), d(30) * d("0.96")
    regrind = core * d("0.03")
    bio_ld, bio_ll = skin * d("0.87") + skin, skin * d("0.13")
    fossil, chalk_mb = core * (d("0.56") + d("0.305")), core * d("0.105")
    # The regrind is trim of CX-2603-01: 860 kg bio-LD, 60 kg bio-LL, 860 kg fossil PE, 100 kg masterbatch.
    share = regrind / d(860 + 60 + 860 + 100)
    bio_ld, bio_ll, fossil, chalk_mb = bio_ld + 860 * share, bio_ll + 60 * share, fossil + 860 * share, chalk_mb + 100 * share
    coex = skin * 2 + core
    # Lamination LM-2603-07: 540 kg printed film at 36 g/m2 make 15 kg a g/m2; coex 56.4 g/m2, adhesive 7.5 g/m2 with 40 % solids.
    per_gsm = d(540) / 36
    scale = per_gsm * d("56.4") / coex
    bio_ld, bio_ll, fossil, chalk_mb = (x * scale for x in (bio_ld, bio_ll, fossil, chalk_mb))
    adhesive = per_gsm * d("7.5") * d("0.4")
    # Printing PR-2603-07: 16000 m2 x 34.5 g/m2 cellulose (7 % moist), 48 kg ink (55 % volatile), 20 kg solvent, 45 kg driven off.
    cellulose_in, ink_in = d(16) * d("34.5") * d("0.93"), d(48) * d("0.45")
    volatile_left = d(16) * d("34.5") * d("0.07") + d(48) * d("0.55") + 20 - 45
    printed = d(540) / (cellulose_in + ink_in + volatile_left)
    cellulose, ink = cellulose_in * printed, ink_in * printed
    # Carbon: PE 85.63 %, cellulose 44.45 %, adhesive 62 %, ink 50 %; bio shares of it as tested (bio-LD 95.7) or declared.
    pe = d("0.8563")
    chalk, carrier = chalk_mb * d("0.7"), chalk_mb * d("0.3")
    bio_carbon = (
        pe * (bio_ld * d("0.957") + bio_ll * d("0.88"))
        + cellulose * d("0.4445")
        + adhesive * d("0.62") * d("0.4")
        + ink * d("0.5") * d("0.15")
    )
    organic = pe * (bio_ld + bio_ll + fossil + carrier) + cellulose * d("0.4445") + adhesive * d("0.62") + ink * d("0.5")
    dry = bio_ld + bio_ll + fossil + chalk_mb + adhesive + cellulose + ink
    bio_mass = bio_ld * d("0.96") + bio_ll * d("0.88") + cellulose + adhesive * d("0.38") + ink * d("0.12")
    found = figures("FILM-2603-07")
    assert_point(found["bio_carbon_toc"], bio_carbon / organic)
    assert_point(found["bio_carbon_tc"], bio_carbon / (organic + chalk * d("0.12")))
    assert_point(found["bio_carbon_mass"], bio_carbon / dry)
    assert_point(found["bio_mass"], bio_mass / dry)


def assert_point(figure: dict[str, Any], expected: Decimal) -> None:
    """Both ends of the figure are the expected share, to the millionth."""
    assert figure["low"] == pytest.approx(float(expected), abs=1e-6)
    assert figure["high"] == pytest.approx(float(expected), abs=1e-6)
