"""Edges of gates and tiers (domain examples A11 to A15) through real workbooks: blends weighed to lie at, just under and across each."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import tracepack
from journeys.desk import Desk, Row, bio, delivery, made, run, taken
from tracepack.core.lotfigures import SCHEME_FIGURES
from tracepack.rulebook import scheme_judgement_rules

#: A gate is judged on the value as computed: 0.0004 points under it are under it, however it is shown.
JUST_UNDER = 0.0004
#: So many kilograms a blend has in all.
WHOLE = 100_000


def content_gates() -> list[tuple[str, float]]:
    """Every scheme (with each of its categories) and the percent of its figure that it asks for."""
    asked = [
        (s.name, g.at_least) for s in scheme_judgement_rules().schemes for g in s.gates if g.figure == s.figure != "certified" and g.figure
    ]
    return asked + [(f"{s.name}: {c.key}", c.at_least) for s in scheme_judgement_rules().schemes for c in s.categories]


def edges() -> list[float]:
    """Every share that decides something, in percent: gates and tiers."""
    tiers = [tier.start for s in scheme_judgement_rules().schemes for tier in s.tiers]
    return sorted({round(share * 100, 6) for share in [*(at for _, at in content_gates()), *tiers]})


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Bio-based, fossil and unknown polyethylene, blended to lie at every edge, just under it, and across it."""
    desk = Desk(tmp_path_factory.mktemp("mill"))
    pe = {"Kind": "synthetic polymer", "Organic Carbon %": 85.63}
    desk.fill("Materials", *({"Material ID": name, "Supplier": "SUP", "Name": name, **pe} for name in ("GREEN", "BLACK", "GREY")))
    origins = {"Feedstock": "naphtha or cane", "Country of Origin": "BR", "Supplier": "SUP"}
    desk.fill(
        "Feedstock Sources", {"Source ID": "CANE", "Category": "bio", **origins}, {"Source ID": "OIL", "Category": "fossil", **origins}
    )
    desk.fill(
        "Deliveries",
        delivery("GREEN", "GREEN", 10_000_000, more=bio(100) | {"Feedstock Source": "CANE"}),
        delivery("BLACK", "BLACK", 10_000_000, more=bio(0) | {"Feedstock Source": "OIL"}),
        delivery("GREY", "GREY", 10_000_000, more={"Feedstock Source": "OIL"}),
    )
    for edge in edges():
        desk.fill("Production", *blend(f"AT-{edge:g}", edge, 0), *blend(f"UNDER-{edge:g}", edge - JUST_UNDER, 0))
        desk.fill("Production", *blend(f"ACROSS-{edge:g}", edge - 0.5, 1), *blend(f"TO-{edge:g}", edge - 0.5, 0.5))
    desk.bring_in()
    return desk


def blend(lot: str, percent: float, unknown: float) -> list[Row]:
    """A lot with so many percent that are bio-based, and so many more that nobody knows."""
    green, grey = (round(WHOLE * part / 100, 6) for part in (percent, unknown))
    inputs = [("GREEN", green), ("GREY", grey), ("BLACK", round(WHOLE - green - grey, 6))]
    return run(f"R-{lot}", *(taken(name, kilograms) for name, kilograms in inputs if kilograms), made(lot, WHOLE, "film"))


def verdict(desk: Desk, lot: str, scheme: str) -> dict[str, Any]:
    answer = desk.run("report", lot, "--json", "--scheme", scheme)
    (found,) = answer.json["verdicts"]
    return dict(found)


def deciding(found: dict[str, Any]) -> dict[str, Any]:
    """The gate of the scheme's own figure."""
    (gate,) = [g for g in found["gates"] if g["figure"] == found["figure"]]
    return dict(gate)


@pytest.mark.parametrize(("scheme", "share"), content_gates(), ids=lambda part: f"{part}")
def test_at_the_gate_just_under_it_and_across_it(mill: Desk, scheme: str, share: float):
    edge = f"{share * 100:g}"
    at, under, across, to = (verdict(mill, f"{place}-{edge}", scheme) for place in ("AT", "UNDER", "ACROSS", "TO"))
    assert [found["outcome"] for found in (at, under, across, to)] == ["met", "not met", "undecided", "undecided"]
    assert deciding(at)["margin_low"] == deciding(at)["margin_high"] == 0
    assert deciding(under)["margin_high"] == pytest.approx(-JUST_UNDER / 100, abs=1e-9)
    assert (deciding(across)["margin_low"], deciding(across)["margin_high"]) == pytest.approx((-0.005, 0.005), abs=1e-9)
    assert deciding(to)["margin_high"] == 0  # what is missing may just reach it


def tiers() -> list[tuple[str, float, str, str]]:
    """Every tier beside the first: the share (percent) where it begins, its words, and those of the tier below."""
    rows = [(s.name, low, high) for s in scheme_judgement_rules().schemes for low, high in zip(s.tiers, s.tiers[1:], strict=False)]
    return [(name, high.start * 100, low.says["en"], high.says["en"]) for name, low, high in rows]


@pytest.mark.parametrize(("scheme", "edge", "below", "above"), tiers())
def test_at_a_tier_just_under_it_and_across_it(mill: Desk, scheme: str, edge: float, below: str, above: str):
    def reached(place: str) -> tuple[str, str]:
        found = verdict(mill, f"{place}-{edge:g}", scheme)
        assert found["outcome"] == "met"
        return found["tier"]["says"]["en"], found["possible_tier"]["says"]["en"]

    assert reached("AT") == (above, above)
    assert reached("UNDER") == (below, below)
    assert reached("ACROSS") == (below, above)
    assert reached("TO") == (below, above)


#: What public texts say of the labels, in percent: gates by figure, then where tiers begin (domain rules 3.1 to 3.3).
PUBLISHED = [
    ("OK biobased", {"total_carbon_of_mass": 30, "bio_carbon_toc": 20}, [20, 40, 60, 80]),
    ("DIN-Geprüft biobased", {"organic_material": 50, "bio_carbon_toc": 20}, [20, 50, 85]),
    ("USDA BioPreferred: no category", {"bio_carbon_toc": 25}, []),
    ("USDA BioPreferred: semi-durable films", {"bio_carbon_toc": 45}, []),
    ("USDA BioPreferred: non-durable films", {"bio_carbon_toc": 85}, []),
    ("USDA BioPreferred: disposable containers", {"bio_carbon_toc": 72}, []),
    ("USDA BioPreferred: disposable tableware", {"bio_carbon_toc": 72}, []),
    ("USDA BioPreferred: disposable cutlery", {"bio_carbon_toc": 48}, []),
    ("USDA BioPreferred: intermediate plastic resins", {"bio_carbon_toc": 22}, []),
    ("USDA BioPreferred: intermediate fibers and fabrics", {"bio_carbon_toc": 25}, []),
    ("BiomassPla", {"bio_polymer_mass": 25}, [25, 50, 75, 90]),
    ("JORA Biomass Mark", {"bio_mass": 10}, []),
    # No minimum is published of these; a declaration states whole percents, so that 1 % is the least to be declared.
    ("EN 16785-1", {"bio_mass": 1}, []),
    ("EN 16640", {"bio_carbon_tc": 1}, []),
    ("GB/T 39514", {"bio_carbon_toc": 1}, []),
    ("PPWR", {}, []),
    ("ECGT", {}, []),
]


@pytest.mark.parametrize(("scheme", "gates", "tiers"), PUBLISHED, ids=[name for name, *_ in PUBLISHED])
def test_gates_and_tiers_are_those_that_were_published(mill: Desk, scheme: str, gates: dict[str, float], tiers: list[float]):
    found = verdict(mill, "AT-20", scheme)
    assert {gate["figure"]: round(gate["at_least"] * 100, 6) for gate in found["gates"] if gate["figure"]} == gates
    assert [round(tier["start"] * 100, 6) for tier in found["tiers"]] == tiers


@pytest.mark.parametrize(
    ("scheme", "gate"),
    [("OK biobased", "bio-carbon"), ("OK biobased", "total-carbon"), ("DIN-Geprüft biobased", "bio-carbon")],
)
def test_what_a_share_is_of_is_a_reading_where_no_public_text_says_it(mill: Desk, scheme: str, gate: str):
    (found,) = [g for g in verdict(mill, "AT-20", scheme)["gates"] if g["key"] == gate]
    assert found["status"] == "unconfirmed"


def test_every_tier_shows_its_margin(mill: Desk):
    """39.5 to 40.5 % of organic carbon: one star for certain, the second may be reached, by half a point at the most."""
    steps = verdict(mill, "ACROSS-40", "OK biobased")["tiers"]
    assert [step["outcome"] for step in steps] == ["met", "undecided", "not met", "not met"]
    second = steps[1]
    assert (second["margin_low"], second["margin_high"]) == pytest.approx((-0.005, 0.005), abs=1e-9)


def test_a_declared_value_that_carries_a_tier_is_named(mill: Desk):
    """79.9996 % has three stars by what was declared of GREEN; without that none is certain, and the gate falls, too."""
    (weak,) = [a for a in verdict(mill, "UNDER-80", "OK biobased")["advice"] if a["lot"] == "GREEN"]
    assert (weak["kind"], weak["overturns"], weak["lowered"]) == ("weak", True, {"tier": None})


@pytest.mark.parametrize(
    ("green", "second", "lowered"),
    [(50, 20, "2 stars (40 to 60 %)"), (61, 5, None), (30, 35, "1 star (20 to 40 %)")],
)
def test_what_would_be_left_of_a_tier_without_a_declared_value(tmp_path: Path, green: float, second: float, lowered: str | None):
    """Two declared lots carry the figure; without the second the first alone reaches a lower tier, or the same."""
    desk = Desk(tmp_path)
    pe = {"Kind": "synthetic polymer", "Organic Carbon %": 85.63, "Supplier": "SUP"}
    desk.fill("Materials", *({"Material ID": name, "Name": name, **pe} for name in ("GREEN", "LEAF", "BLACK")))
    desk.fill("Deliveries", *(delivery(name, name, 100, more=bio(100)) for name in ("GREEN", "LEAF")))
    desk.fill("Deliveries", delivery("BLACK", "BLACK", 100, more=bio(0)))
    inputs = (taken("GREEN", green), taken("LEAF", second), taken("BLACK", 100 - green - second))
    desk.fill("Production", *run("R", *inputs, made("FILM", 100, "film"))).bring_in()
    found = verdict(desk, "FILM", "OK biobased")
    (advice,) = [a for a in found["advice"] if a["lot"] == "LEAF" and a["figure"] == "bio_carbon_toc"]
    assert advice["overturns"] == (lowered is not None)
    assert (advice["lowered"] and advice["lowered"]["tier"]["says"]["en"]) == lowered
    page = desk.run("report", "FILM", "--scheme", "OK biobased").out
    assert (f"the tier: {lowered} would be left" in page) == (lowered is not None)


def test_a_share_just_under_an_edge_is_not_shown_as_the_edge(mill: Desk):
    """79.9996 % rounds to 80.00; a reader would ask why that has three stars."""
    text = mill.run("report", "UNDER-80", "--scheme", "OK biobased").out
    assert "3 stars" in text
    assert "80.00 %" not in text.split("## Verdicts by scheme")[1].split("##")[0]


@pytest.mark.parametrize(
    ("lot", "scheme", "outcome", "tier", "stated"),
    [
        ("A14-41", "OK biobased", "met", "2 stars (40 to 60 %)", None),
        ("A14-19.9", "OK biobased", "not met", None, None),
        ("A14-80.5", "OK biobased", "met", "4 stars (over 80 %)", None),
        ("A14-86", "DIN-Geprüft biobased", "met", "over 85 %", None),
        ("A14-49", "DIN-Geprüft biobased", "met", "20 to 50 %", None),
        ("A15-27", "JORA Biomass Mark", "met", None, 0.25),
        ("A15-9", "JORA Biomass Mark", "not met", None, None),
        ("A15-24.9", "BiomassPla", "not met", None, None),
        ("A15-25", "BiomassPla", "met", "25 % or more", None),
        ("A15-50.2", "BiomassPla", "met", "50 % or more", None),
        ("A13-84", "USDA BioPreferred: non-durable films", "not met", None, None),
        ("A13-71.9", "USDA BioPreferred: disposable containers", "not met", None, None),
        ("A13-45", "USDA BioPreferred: semi-durable films", "met", None, None),
    ],
)
def test_worked_examples_of_labels(examples: Desk, lot: str, scheme: str, outcome: str, tier: str | None, stated: float | None):
    found = verdict(examples, lot, scheme)
    assert (found["outcome"], found["tier"] and found["tier"]["says"]["en"], found["stated"]) == (outcome, tier, stated)


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The lots of A12 to A15."""
    desk = Desk(tmp_path_factory.mktemp("examples"))
    pe = {"Kind": "synthetic polymer", "Organic Carbon %": 85.63, "Supplier": "SUP"}
    desk.fill("Materials", *({"Material ID": name, "Name": name, **pe} for name in ("GREEN", "BLACK", "GREY")))
    kilograms = 10_000_000
    desk.fill("Deliveries", delivery("GREEN", "GREEN", kilograms, more=bio(100)), delivery("BLACK", "BLACK", kilograms, more=bio(0)))
    for name in ("A14-41", "A14-19.9", "A14-80.5", "A14-86", "A14-49", "A15-27", "A15-9", "A15-24.9", "A15-25", "A15-50.2"):
        desk.fill("Production", *blend(name, float(name.partition("-")[2]), 0))
    for name in ("A13-84", "A13-71.9", "A13-45", "A12-72"):
        desk.fill("Production", *blend(name, float(name.partition("-")[2]), 0))
    desk.bring_in()
    return desk


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A11: paper of so many percent certified, the rest not, blended in a recorded proportion; under FSC and under PEFC."""
    desk = Desk(tmp_path_factory.mktemp("paper"))
    valid = {"Valid From": dt.date(2026, 1, 1), "Valid Until": dt.date(2026, 12, 31)}
    for scheme in ("FSC", "PEFC"):
        mine = {"Certificate No": f"{scheme}-OWN", "Scheme": scheme, "Holder": "ORG", "Chain of Custody": "controlled blending", **valid}
        its = {"Certificate No": f"{scheme}-1", "Scheme": scheme, "Holder": "SUP", "Chain of Custody": "segregated", **valid}
        desk.fill("Certificates", mine, its)
        papers = {"Certificate No": f"{scheme}-1", "Chain of Custody": "segregated", **bio(100)}
        desk.fill("Deliveries", delivery(f"{scheme}-GOOD", "kraft", 1_000_000, more=papers))
        for percent in (70, 69, 69.9996, 83.3333):
            rows = [taken(f"{scheme}-GOOD", percent * 100), taken("PLAIN", 10_000 - percent * 100)]
            desk.fill("Production", *run(f"R-{scheme}-{percent:g}", *rows, made(f"{scheme}-{percent:g}", 10_000, "board")))
    desk.fill("Deliveries", delivery("PLAIN", "kraft", 1_000_000, more=bio(100)))
    desk.fill("Materials", {"Material ID": "kraft", "Name": "kraft", "Kind": "paper", "Supplier": "SUP"})
    desk.bring_in()
    return desk


@pytest.mark.parametrize("scheme", ["FSC", "PEFC"])
@pytest.mark.parametrize(
    ("percent", "outcome", "stated"), [("70", "met", 0.70), ("69", "not met", None), ("69.9996", "not met", None), ("83.3333", "met", 0.83)]
)
def test_a10_and_a11_percentages_of_paper(paper: Desk, scheme: str, percent: str, outcome: str, stated: float | None):
    found = verdict(paper, f"{scheme}-{percent}", scheme)
    assert (found["outcome"], found["stated"]) == (outcome, stated)


# --- a scheme is added by adding a file: to a copy of the package, with no other file touched


INVENTED = """
[scheme]
name = "{name}"
names = ["{name}"]
edition = "1st edition"
source = "made up"
[judgement]
title = {{ en = "{name} mark", de = "Zeichen {name}", zh = "{name} 标志" }}
figure = "bio_mass"
[[gate]]
key = "target"
figure = "bio_mass"
at_least = {share}
says = {{ en = "At least {share} of the mass.", de = "Mindestens {share} der Masse.", zh = "质量的 {share} 以上。" }}
source = "made up"
status = "unconfirmed"
"""


@cache
def _package(folder: Path) -> Path:
    """A copy of the installed package with three scheme files more."""
    shutil.copytree(Path(tracepack.__file__).parent, folder / "tracepack", ignore=shutil.ignore_patterns("__pycache__"))
    for share in (0.50, 0.70, 0.81):
        file = folder / "tracepack" / "data" / "schemes" / f"target-{share:.2f}.toml"
        file.write_text(INVENTED.format(name=f"Target {share:.2f}", share=share), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("target", "outcome", "margin"), [("0.50", "met", 0.22), ("0.70", "met", 0.02), ("0.81", "not met", -0.09)])
def test_a12_against_targets_that_are_files_added_to_the_package(
    examples: Desk, tmp_path_factory: pytest.TempPathFactory, target: str, outcome: str, margin: float
):
    """720 kg of 1000 kg: 2 points above 70, 9 below 81, 22 above 50."""
    package = _package(tmp_path_factory.getbasetemp())
    command = [sys.executable, "-m", "tracepack", "-w", str(examples.folder / "work.db"), "report", "A12-72"]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    done = subprocess.run(
        [*command, "--json", "--scheme", f"target {target}"], env=environment, capture_output=True, check=False, cwd=package
    )
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["verdicts"]
    assert found["edition"] == "1st edition"
    assert found["outcome"] == outcome
    assert found["gates"][0]["margin_low"] == pytest.approx(margin, abs=1e-9)


def test_an_added_scheme_is_listed_and_shown_in_every_language(examples: Desk, tmp_path_factory: pytest.TempPathFactory):
    package = _package(tmp_path_factory.getbasetemp())
    environment = {**os.environ, "PYTHONPATH": str(package)}
    for lang, word in (("en", "Target 0.70 mark"), ("de", "Zeichen Target 0.70"), ("zh", "Target 0.70 标志")):
        command = [sys.executable, "-m", "tracepack", "schemes", "--lang", lang]
        listed = subprocess.run(command, env=environment, capture_output=True, check=True, cwd=package).stdout.decode()
        assert "Target 0.70" in listed
        command = [sys.executable, "-m", "tracepack", "-w", str(examples.folder / "work.db"), "report", "A12-72", "--lang", lang]
        shown = subprocess.run([*command, "--scheme", "Target 0.70"], env=environment, capture_output=True, check=True, cwd=package)
        assert word in shown.stdout.decode()


def test_every_figure_that_a_gate_asks_for_is_one_that_is_computed():
    figures = {g.figure for s in scheme_judgement_rules().schemes for g in s.gates} - {"", "certified"}
    assert figures <= set(SCHEME_FIGURES)
