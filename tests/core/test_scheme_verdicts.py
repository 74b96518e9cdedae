"""Judging by schemes: edges of gates and tiers (domain examples A11 to A15), unrounded values, and what missing data leaves open."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from laws.language import parse
from tracepack.core.content import content_of
from tracepack.core.judgementrules import JudgementRules, judgement_rules
from tracepack.core.ledger import LotKey
from tracepack.core.lineage import build_lineage
from tracepack.core.lotfigures import SCHEME_FIGURES, states_of
from tracepack.core.mixture import mix_lots
from tracepack.core.quantity import Interval
from tracepack.core.schemes import Standing, Verdict, judge, rounded_down
from tracepack.data import scheme_tables, tables_with
from tracepack.rulebook import material_library, scheme_judgement_rules

RULES: JudgementRules = scheme_judgement_rules()
SHIPPED = Path(str(files("tracepack.data"))) / "schemes"


def verdict(name: str, low: float, high: float | None = None, *, rules: JudgementRules = RULES, **others: Interval) -> Verdict:
    """A scheme's verdict where its figure, and every other that is not named, is that many percent."""
    found = rules.find(name)
    assert found is not None, name
    scheme, category = found
    span = Interval(low / 100, (low if high is None else high) / 100)
    figures: dict[str, Interval | None] = {**dict.fromkeys(SCHEME_FIGURES, span), **others}
    return judge(scheme, Standing(figures, certified={scheme.name: span}), category)


def tier(found: Verdict) -> str | None:
    return found.tier.says["en"] if found.tier else None


CARBON = {"total_carbon_of_mass": Interval.point(0.5), "organic_material": Interval.point(0.9)}


@pytest.mark.parametrize(("percent", "outcome"), [(70, "met"), (69, "not met"), (69.9999, "not met")])
def test_a11_fsc_percentage(percent: float, outcome: str):
    assert verdict("FSC", percent).outcome == outcome


@pytest.mark.parametrize(
    ("category", "percent", "outcome"),
    [
        ("non-durable films", 84, "not met"),
        ("non-durable films", 85, "met"),
        ("semi-durable films", 44, "not met"),
        ("semi-durable films", 45, "met"),
        ("disposable tableware", 71, "not met"),
        ("disposable tableware", 72, "met"),
        ("disposable containers", 71.9, "not met"),
        ("disposable containers", 71.96, "not met"),
    ],
)
def test_a13_usda_minimum_of_the_category_unrounded(category: str, percent: float, outcome: str):
    assert verdict(f"usda biopreferred: {category.upper()}", percent).outcome == outcome


@pytest.mark.parametrize(
    ("percent", "outcome"), [(20, "not met"), (21.9, "not met"), (22, "undecided"), (50, "undecided"), (84.9, "undecided"), (85, "met")]
)
def test_without_a_category_usda_is_met_only_where_every_category_is(percent: float, outcome: str):
    assert verdict("USDA BioPreferred", percent).outcome == outcome


@pytest.mark.parametrize(
    ("category", "percent", "outcome"),
    [("intermediate plastic resins", 22, "met"), ("no category", 24.9, "not met"), ("no category", 25, "met")],
)
def test_a_category_has_its_own_minimum_and_products_without_one_the_default(category: str, percent: float, outcome: str):
    """Resins have 22 %, less than the 25 % of products without a category."""
    assert verdict(f"USDA BioPreferred: {category}", percent).outcome == outcome


@pytest.mark.parametrize(
    ("percent", "stars"),
    [
        (41, "2 stars (40 to 60 %)"),
        (19.9, None),
        (19.9999999, None),
        (20, "1 star (20 to 40 %)"),
        (39.999999, "1 star (20 to 40 %)"),
        (40, "2 stars (40 to 60 %)"),
        (79.9, "3 stars (60 to 80 %)"),
        (80, "4 stars (over 80 %)"),
        (80.5, "4 stars (over 80 %)"),
    ],
)
def test_a14_stars_of_ok_biobased(percent: float, stars: str | None):
    assert tier(verdict("OK biobased", percent, **CARBON)) == stars


@pytest.mark.parametrize(("percent", "band"), [(86, "over 85 %"), (49, "20 to 50 %"), (50, "50 to 85 %"), (85, "over 85 %"), (19, None)])
def test_a14_bands_of_din(percent: float, band: str | None):
    assert tier(verdict("din-geprueft BIOBASED", percent, **CARBON)) == band


@pytest.mark.parametrize(("carbon", "outcome"), [(0.2999, "not met"), (0.30, "met")])
def test_ok_biobased_asks_for_carbon_in_the_mass(carbon: float, outcome: str):
    assert verdict("OK biobased", 90, total_carbon_of_mass=Interval.point(carbon)).outcome == outcome


@pytest.mark.parametrize(("organic", "outcome"), [(0.4999, "not met"), (0.50, "met")])
def test_din_asks_for_organic_material(organic: float, outcome: str):
    assert verdict("DIN-Geprüft biobased", 90, organic_material=Interval.point(organic)).outcome == outcome


@pytest.mark.parametrize(("percent", "degree"), [(27, 0.25), (9, None), (9.99, None), (10, 0.10), (30, 0.30), (29.99, 0.25), (100, 1.0)])
def test_a15_jora_in_steps_of_five_rounded_down(percent: float, degree: float | None):
    assert verdict("JORA Biomass", percent).stated == degree


@pytest.mark.parametrize(("percent", "band"), [(24.9, None), (25.0, "25 % or more"), (50.2, "50 % or more"), (24.96, None)])
def test_a15_biomasspla(percent: float, band: str | None):
    assert tier(verdict("JBPA BiomassPla", percent)) == band


def test_what_missing_data_leaves_open():
    """20 to 45 %: the gate is reached whatever the data is, the second star only perhaps."""
    found = verdict("OK biobased", 20, 45, **CARBON)
    assert (found.outcome, tier(found)) == ("met", "1 star (20 to 40 %)")
    assert found.possible_tier is not None
    assert found.possible_tier.says["en"] == "2 stars (40 to 60 %)"
    open_one = verdict("OK biobased", 15, 45, **CARBON)
    gate = next(g for g in open_one.gates if g.gate.key == "bio-carbon")
    assert (open_one.outcome, tier(open_one), open_one.stated) == ("undecided", None, None)
    assert (gate.outcome, gate.margin_low, gate.margin_high) == ("undecided", -0.05, 0.25)
    assert verdict("OK biobased", 10, 19.9999, **CARBON).outcome == "not met"


def test_which_tier_owns_an_edge_is_data(tmp_path: Path):
    text = (SHIPPED / "tuv-ok-biobased.toml").read_text(encoding="utf-8")
    (tmp_path / "edge.toml").write_text(text.replace('edge = "lower"', 'edge = "upper"'), encoding="utf-8")
    rules = judgement_rules(tables_with("scheme", tmp_path))
    assert tier(verdict("OK biobased", 40, rules=rules, **CARBON)) == "1 star (20 to 40 %)"
    assert tier(verdict("OK biobased", 40.0001, rules=rules, **CARBON)) == "2 stars (40 to 60 %)"
    assert tier(verdict("OK biobased", 80, rules=rules, **CARBON)) == "3 stars (60 to 80 %)"
    assert tier(verdict("OK biobased", 20, rules=rules, **CARBON)) == "1 star (20 to 40 %)"


def test_a_scheme_is_added_by_adding_a_file(tmp_path: Path):
    (tmp_path / "new.toml").write_text(
        """
        [scheme]
        name = "Invented"
        names = ["Invented mark"]
        edition = "1"
        source = "made up"
        [judgement]
        title = { en = "Invented mark", de = "Erfundenes Zeichen", zh = "虚构标志" }
        figure = "bio_mass"
        [[gate]]
        key = "half"
        figure = "bio_mass"
        at_least = 0.5
        says = { en = "Half of it.", de = "Die Hälfte.", zh = "一半。" }
        source = "made up"
        status = "unconfirmed"
        """,
        encoding="utf-8",
    )
    rules = judgement_rules(tables_with("scheme", tmp_path))
    assert [verdict("erfundenes zeichen", percent, rules=rules).outcome for percent in (49, 50)] == ["not met", "met"]


def test_a_lot_without_carbon_meets_no_gate_of_carbon():
    found = RULES.find("OK biobased")
    assert found is not None
    assert judge(found[0], Standing(dict.fromkeys(SCHEME_FIGURES))).outcome == "not met"


def test_gates_of_tests_and_models():
    found = RULES.find("iscc plus")
    assert found is not None
    scheme, good = found[0], {"T03": "passed", "T04": "passed", "T05": "passed"}
    models = {"ISCC PLUS": "mass balance"}
    assert judge(scheme, Standing({}, models=models, tests=good)).outcome == "met"
    assert judge(scheme, Standing({}, models=models, tests={**good, "T05": "no data"})).outcome == "undecided"
    assert judge(scheme, Standing({}, models=models, tests={**good, "T05": "failed"})).outcome == "not met"
    assert judge(scheme, Standing({}, tests=good)).outcome == "not met"


def test_a_law_without_a_threshold_has_no_verdict():
    assert {verdict(name, 50).outcome for name in ("PPWR", "ECGT", "readiness")} == {"no threshold"}


def test_declared_only_is_not_the_evidence_that_a_mark_asks_for():
    found = RULES.find("OK biobased")
    assert found is not None
    figures: dict[str, Interval | None] = dict.fromkeys(SCHEME_FIGURES, Interval.point(0.9))
    declared = judge(found[0], Standing(figures, evidence={"bio_carbon_toc": "declared"}))
    tested = judge(found[0], Standing(figures, evidence={"bio_carbon_toc": "lab-tested"}))
    assert (declared.weak, tested.weak) == (True, False)


def test_rounding_down_is_exact():
    assert rounded_down(0.30, 0.05) == 0.30
    assert rounded_down(0.29, 0.01) == 0.29
    assert rounded_down(0.2999999, 0.05) == 0.25


# --- the figures that only schemes ask for


def figures_of(text: str, lot: str) -> dict[str, Interval | None]:
    lineage, _ = build_lineage(parse(text), material_library())
    key = LotKey(lineage.ledger.organisation, lot)
    return states_of(mix_lots(lineage, [lineage.canonical(key)]), key).figures()


def test_total_carbon_and_organic_material_of_a_filled_plastic():
    """70 kg of PLA (half its mass carbon) and 30 kg of chalk (12 % inorganic carbon): 38.6 % carbon, 70 % organic."""
    found = figures_of("A 70kg mat=PLA bio=100 ; B 30kg mat=CaCO3 ; A 70 + B 30 -> C 100", "C")
    carbon, organic = found["total_carbon_of_mass"], found["organic_material"]
    assert carbon is not None
    assert organic is not None
    assert (carbon.low, carbon.high) == pytest.approx((0.386, 0.386), abs=2e-4)
    assert (organic.low, organic.high) == pytest.approx((0.70, 0.70), abs=1e-9)


def test_unknown_carbon_is_a_bound():
    found = figures_of("A 50kg kind=other wo=? ; B 50kg bio=0 wo=60 ; A 50 + B 50 -> C 100", "C")
    carbon = found["total_carbon_of_mass"]
    assert carbon is not None
    assert (carbon.low, carbon.high) == pytest.approx((0.3, 0.8))


def test_the_figures_of_schemes_are_those_of_content():
    text = "A 60kg mat=PLA bio=100 ; B 40kg bio=20..40 ; A 60 + B 40 -> C 100"
    lineage, _ = build_lineage(parse(text), material_library())
    content = content_of(lineage, LotKey(lineage.ledger.organisation, "C"))
    for name, span in figures_of(text, "C").items():
        if name in content.figures:
            assert span is not None
            assert (span.low, span.high) == pytest.approx((content.figures[name].low, content.figures[name].high))


# --- the files


def test_every_file_says_what_stands_behind_it():
    for table in scheme_tables():
        for rule in (*table.get("gate", ()), *table.get("category", ()), *table.get("note", ())):
            assert set(rule["says"]) == {"en", "de", "zh"}
            assert rule["source"]
            assert rule["status"] in ("confirmed", "unconfirmed")
    for scheme in RULES.schemes:
        words = [scheme.title, *(w for w in (scheme.evidence, scheme.validity) if w), *(t.says for t in scheme.tiers)]
        assert all(set(w) == {"en", "de", "zh"} for w in words)
        assert {g.figure for g in scheme.gates} <= {"", "certified", *SCHEME_FIGURES}
        assert bool(scheme.tiers) == bool(scheme.tiers_source)


def test_no_two_schemes_share_a_name():
    names = [name for scheme in RULES.schemes for name in scheme.names]
    assert len(names) == len(set(names))


def test_every_scheme_is_found_by_its_names_in_any_case():
    for name in RULES.offered():
        found = RULES.find(name.upper())
        assert found is not None
        assert found[0].name == name.split(":")[0]
    assert RULES.find("no such mark") is None
    assert RULES.find("USDA BioPreferred: no such category") is None


def test_the_schemes_that_makers_ask_for_are_there():
    for name in ("TUV AUSTRIA OK biobased", "DIN-Geprueft biobased", "USDA BioPreferred", "JBPA BiomassPla", "JORA Biomass", "FSC", "PEFC"):
        assert RULES.find(name) is not None
    for name in ("EN 16785-1", "EN 16785-2", "EN 16640", "ISO 16620", "GB/T 39514", "PPWR", "ECGT", "ISCC PLUS", "readiness"):
        assert RULES.find(name) is not None
