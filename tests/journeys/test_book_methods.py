"""Percentages instead of credits, and the basis of attribution, through workbooks and the real command line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from journeys.bookdesk import APRIL, FEBRUARY, JANUARY, MARCH, Q1, Q2, attribution, certified, described, factor, made_film, names, period
from journeys.desk import Desk, delivery, made, run, taken

PAPER = {"Scheme": "PEFC", "Feedstock": "wood", "Category": "bio", "Country of Origin": "FI", "Input Material": "kraft"}


def set_to(desk: Desk, name: str, value: str) -> Desk:
    return desk.fill("Settings", {"Name": name, "Value": value})


def paper(desk: Desk, kilograms: float, controlled: float, scheme: str = "PEFC", method: str = "percentage") -> Desk:
    """A board maker: certified kraft, controlled kraft, glue; all of it made into board."""
    valid = {"Valid From": dt.date(2025, 10, 15), "Valid Until": dt.date(2026, 12, 31)}
    desk.fill("Certificates", {"Certificate No": "P-1", "Scheme": scheme, "Holder": "SUP", **valid})
    source = {"Source ID": "WOOD", "Feedstock": "wood", "Category": "bio", "Country of Origin": "FI", "Supplier": "SUP"}
    desk.fill("Feedstock Sources", source).fill("Balance Periods", Q1)
    desk.fill("Materials", {"Material ID": "glue", "Kind": "adhesive"}, {"Material ID": "kraft", "Kind": "paper"})
    desk.fill("Conversion Factors", *(factor(1, "board") | {"Input Material": name} for name in ("kraft", "wrap")))
    papers = {"Certificate No": "P-1", "Feedstock Source": "WOOD", "Attributed Content %": 100, "Chain of Custody": "mass balance"}
    desk.fill("Deliveries", delivery("C", "kraft", kilograms, more=papers | {"Declaration No": "D-1"}))
    desk.fill("Deliveries", delivery("W", "wrap", controlled, more={"Chain of Custody": "none"}), delivery("G", "glue", 20))
    whole = kilograms + controlled + 20
    rows = (taken("C", kilograms), taken("W", controlled), taken("G", 20), made("BOARD", whole, "board"))
    desk.fill("Production", *run("R", *rows, on=JANUARY))
    return set_to(desk, f"balance method {scheme}", method)


def balance(desk: Desk, *options: str) -> dict[str, Any]:
    if desk.sheets:
        desk.bring_in()
    return desk.run("balance", *options, "--json").json


def only_share(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = answer["percentages"]
    return found


def test_a10_certified_and_controlled_paper_make_a_percentage(desk: Desk) -> None:
    """400 kg certified and 80 kg controlled: 83.33 %, claimed as 83 %; glue is neutral."""
    answer = balance(paper(desk, 400, 80))
    found = only_share(answer)
    assert (found["certified_kg"], found["total_kg"], found["claimable_percent"]) == ("400", "480", 83)
    assert found["share"] == pytest.approx(400 / 480, abs=1e-12)
    assert [(i["material"], i["certified_kg"], i["total_kg"]) for i in found["inputs"]] == [("kraft", "400", "400"), ("wrap", "0", "80")]
    assert [ref["cell"] for ref in found["certified_refs"]] == ["D2"]
    assert [ref["cell"] for ref in found["total_refs"]] == ["D2", "D3"]
    assert names(answer) == set()


@pytest.mark.parametrize(("certified_kg", "allowed"), [(70, True), (69, False)])
def test_a11_the_label_asks_for_seventy_percent(desk: Desk, certified_kg: float, allowed: bool) -> None:
    found = only_share(balance(paper(desk, certified_kg, 100 - certified_kg, "FSC")))
    assert (found["label_gate"], found["label_allowed"], found["claimable_percent"]) == (0.7, allowed, certified_kg)


def test_the_gate_of_pefc_is_unconfirmed_and_says_so(desk: Desk) -> None:
    rules = {rule["rule"]: rule for rule in balance(paper(desk, 400, 80))["rules"]}
    assert (rules["label_gate"]["confirmed"], rules["label_gate"]["value"]) == (False, "70 %")
    assert rules["balance_method"]["setting"]["sheet"] == "Settings"


@pytest.mark.parametrize(("kilograms", "found"), [(416, set()), (417, {"attributed-beyond-percentage"})])
def test_no_more_is_attributed_than_the_percentage_of_the_output(desk: Desk, kilograms: float, found: set[str]) -> None:
    """500 kg of board at 83.33 % bear 416.67 kg."""
    row = attribution("1", "BOARD", kilograms) | PAPER | {"Unit": "kg"}
    answer = balance(paper(desk, 400, 80).fill("Attributions", row))
    assert names(answer) == found
    assert ("attributed-beyond-percentage" in desk.check()) == bool(found)


def test_attributions_to_one_lot_add_up(desk: Desk) -> None:
    rows = [attribution(str(n), "BOARD", 210) | PAPER | {"Unit": "kg"} for n in range(2)]
    assert names(balance(paper(desk, 400, 80).fill("Attributions", *rows))) == {"attributed-beyond-percentage"}


@pytest.mark.parametrize(("model", "certified_kg"), [("segregated", "400"), ("identity preserved", "400"), ("controlled blending", "0")])
def test_segregated_paper_counts_whole_and_a_blend_of_unknown_share_not_at_all(desk: Desk, model: str, certified_kg: str) -> None:
    """Without Attributed Content %; what is booked in as well keeps the account there."""
    paper(desk, 100, 80).sheets["Deliveries"].append(
        delivery(
            "S",
            "kraft",
            400,
            more={"Certificate No": "P-1", "Feedstock Source": "WOOD", "Chain of Custody": model, "Declaration No": "D-2"},
        )
    )
    (share,) = (i for i in only_share(balance(desk))["inputs"] if i["material"] == "kraft")
    assert (share["certified_kg"], share["total_kg"]) == (str(int(certified_kg) + 100), "500")


def test_a_shipment_bears_the_percentage_of_its_board(desk: Desk) -> None:
    shipped = {"Shipment No": "S-1", "Date": FEBRUARY, "Customer": "CUS", "Lot No": "BOARD", "Quantity": 100, "Unit": "kg"}
    row = attribution("1", "", 83, **{"Lot No": None, "Shipment No": "S-1"}) | PAPER | {"Unit": "kg"}
    paper(desk, 400, 80).fill("Shipments", shipped).fill("Attributions", row)
    assert names(balance(desk)) == set()
    assert names(balance(desk.fill("Attributions", row | {"Attribution No": "2", "Quantity": 1}))) == {"attributed-beyond-percentage"}


def test_an_input_without_a_factor_leaves_the_percentage_open(desk: Desk) -> None:
    """Recycled fibre went into the board: leaving it out would raise the percentage."""
    paper(desk, 400, 80).fill("Deliveries", delivery("X", "fibre", 100))
    desk.fill("Production", *run("Q", taken("X", 100), made("BOARD-2", 100, "board"), on=FEBRUARY))
    answer = balance(desk.fill("Attributions", attribution("1", "BOARD", 10) | PAPER | {"Unit": "kg"}))
    assert (only_share(answer)["share"], only_share(answer)["missing_inputs"]) == (None, ["fibre"])
    assert names(answer) == {"percentage-unknown"}


def test_an_attribution_outside_all_periods_cannot_be_judged(desk: Desk) -> None:
    answer = balance(paper(desk, 400, 80).fill("Attributions", attribution("1", "BOARD", 10, on=APRIL) | PAPER | {"Unit": "kg"}))
    assert "percentage-unknown" in names(answer)


def test_a_period_in_which_nothing_came_in_has_no_percentage(desk: Desk) -> None:
    paper(desk, 400, 80).fill("Balance Periods", Q2)
    answer = balance(desk.fill("Attributions", attribution("1", "BOARD", 10, on=APRIL) | PAPER | {"Unit": "kg"}))
    assert [(p["period"], p["share"] is None) for p in answer["percentages"]] == [("Q1", False), ("Q2", True)]
    assert names(answer) == {"percentage-unknown"}


def plastics(desk: Desk, *tonnes: tuple[str, float, float, dt.date]) -> Desk:
    """Certified and fossil PP by quarter; film of both at 0.92."""
    described(desk).fill("Balance Periods", Q1, Q2, period("Q3", "2026-07-01", "2026-09-30"))
    desk.fill("Conversion Factors", factor() | {"Input Material": "PP"})
    for name, certified_t, fossil_t, day in tonnes:
        if certified_t:
            desk.fill("Deliveries", certified(f"B-{name}", certified_t, on=day))
        desk.fill("Deliveries", delivery(f"F-{name}", "PP", fossil_t, Unit="t", more={"Delivery Date": day}))
    return set_to(desk, "balance method ISCC PLUS", "rolling average")


JULY = dt.date(2026, 7, 10)
QUARTERS = (("1", 30.0, 70.0, MARCH), ("2", 10.0, 90.0, APRIL), ("3", 0.0, 100.0, JULY))


@pytest.mark.parametrize(
    ("window", "shares"),
    [("1 period", [0.3, 0.1, 0.0]), ("2 periods", [0.3, 0.2, 0.05]), ("9 periods", [0.3, 0.2, 0.4 / 3]), ("6 months", [0.3, 0.2, 0.05])],
)
def test_a_rolling_average_looks_back_over_its_window(desk: Desk, window: str, shares: list[float]) -> None:
    answer = balance(set_to(plastics(desk, *QUARTERS), "rolling window ISCC PLUS", window))
    assert [p["share"] for p in answer["percentages"]] == pytest.approx(shares, abs=1e-12)
    assert [p["period"] for p in answer["percentages"]] == ["Q1", "Q2", "Q3"]
    assert names(answer) == set()


def test_the_average_of_a_period_bears_its_attributions_even_where_nothing_certified_came_in(desk: Desk) -> None:
    """Under the credit method the third quarter would be short; by the average its outputs still bear 5 %."""
    set_to(plastics(desk, *QUARTERS), "rolling window ISCC PLUS", "2 periods")
    rows = run("R", taken("F-3", 50, Unit="t"), made("FILM", 46, "film", Unit="t"), on=JULY)
    answer = balance(desk.fill("Production", *rows).fill("Attributions", attribution("1", "FILM", 2.3, on=JULY)))
    assert names(answer) == set()
    answer = balance(desk.fill("Attributions", attribution("2", "FILM", 0.001, on=JULY)))
    assert names(answer) == {"attributed-beyond-percentage"}


def test_factors_weigh_the_inputs_in_output(desk: Desk) -> None:
    """10 t at 0.92 of 10 t at 0.92 and 10 t at 0.46: two thirds."""
    described(desk).fill("Balance Periods", Q1).fill("Conversion Factors", factor(0.46) | {"Input Material": "PP"})
    desk.fill("Deliveries", certified("B", 10), delivery("F", "PP", 10, Unit="t", more={"Delivery Date": JANUARY}))
    found = only_share(balance(set_to(desk, "balance method ISCC PLUS", "rolling average")))
    assert (found["certified_kg"], found["total_kg"]) == ("9200", "13800")
    assert found["share"] == pytest.approx(2 / 3, abs=1e-12)


def blended(desk: Desk, attributed_t: float, regrind: bool = False) -> Desk:
    """Film of 30 t certified and 70 t fossil PP in one batch."""
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("B", 30))
    desk.fill("Deliveries", delivery("F", "PP", 70, Unit="t", more={"Delivery Date": JANUARY}))
    rows = (taken("B", 30, Unit="t"), taken("F", 70, Unit="t"), made("FILM", 100, "film", Unit="t"))
    desk.fill("Production", *run("R", *rows, on=JANUARY)).fill("Attributions", attribution("1", "FILM", attributed_t))
    return set_to(desk, "balance method ISCC PLUS", "controlled blending")


@pytest.mark.parametrize(("tonnes", "found"), [(27.6, set()), (30, set()), (30.001, {"attributed-beyond-percentage"})])
def test_controlled_blending_goes_by_the_known_proportion_of_the_batch(desk: Desk, tonnes: float, found: set[str]) -> None:
    answer = balance(blended(desk, tonnes))
    share = only_share(answer)
    assert (share["lot"], share["certified_kg"], share["total_kg"], share["share"]) == ("FILM", "30000", "100000", 0.3)
    assert names(answer) == found


def test_the_proportion_follows_the_lot_into_later_runs(desk: Desk) -> None:
    blended(desk, 1).fill("Deliveries", delivery("G", "PP", 50, Unit="t", more={"Delivery Date": JANUARY}))
    rows = (taken("FILM", 50, Unit="t", Supplier=None), taken("G", 50, Unit="t"), made("BAG", 100, "film", Unit="t"))
    desk.fill("Production", *run("Q", *rows, on=FEBRUARY)).fill("Attributions", attribution("2", "BAG", 15.1))
    answer = balance(desk)
    assert {p["lot"]: p["share"] for p in answer["percentages"]} == {"BAG": 0.15, "FILM": 0.3}
    assert names(answer) == {"attributed-beyond-percentage"}


@pytest.mark.parametrize(("scheme", "severity"), [("FSC", "error"), ("ISCC PLUS", "warning")])
def test_a_method_that_the_scheme_does_not_know_is_told_as_firmly_as_the_rule_stands(desk: Desk, scheme: str, severity: str) -> None:
    method = "controlled blending" if scheme == "FSC" else "percentage"
    (found,) = (f for f in balance(paper(desk, 400, 80, scheme, method))["findings"] if f["name"] == "method-not-allowed")
    assert (found["severity"], found["refs"][0]["sheet"]) == (severity, "Settings")


def test_the_method_of_one_site_leaves_the_others_alone(desk: Desk) -> None:
    set_to(plastics(desk, *QUARTERS), "balance method ISCC PLUS at S2", "credit")
    assert {p["site"] for p in balance(desk)["percentages"]} == {"S1"}
    assert balance(set_to(desk, "balance method ISCC PLUS at S1", "credit"))["percentages"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("balance method FSC", "guess"),
        ("rolling window FSC", "0 periods"),
        ("attribution basis FSC", "weight"),
        ("stock tolerance FSC", "5"),
        ("balance method", "credit"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_at_its_cell(desk: Desk, name: str, value: str) -> None:
    assert desk.run("init").code == 0
    answer = desk.run("import", "--json", str(set_to(desk, name, value).save()))
    (finding,) = answer.json["files"][0]["findings"]
    assert (answer.code, finding["name"]) == (1, "setting-unknown")
    assert finding["refs"][0]["cell"] == ("A2" if name == "balance method" else "B2")


def based(desk: Desk, *bases: str | None) -> Desk:
    """An account used by factors of some bases, one after the other."""
    described(desk).fill("Balance Periods", Q1).fill("Deliveries", certified("A", 100))
    for place, basis in enumerate(bases):
        made_film(desk, f"F{place}", 10).fill(
            "Attributions", attribution(str(place), f"F{place}", 9, on=FEBRUARY + dt.timedelta(days=place))
        )
        day = (FEBRUARY + dt.timedelta(days=place)).isoformat()
        desk.fill("Conversion Factors", factor(0.9, valid_from=day) | {"Basis": basis})
    return desk


def test_attribution_by_carbon_is_a_rule_of_the_scheme(desk: Desk) -> None:
    assert names(balance(based(desk, "carbon"))) == set()
    (found,) = balance(set_to(desk, "attribution basis ISCC PLUS", "mass, energy"))["findings"]
    assert (found["name"], found["severity"]) == ("basis-not-allowed", "error")
    assert [ref["sheet"] for ref in found["refs"]] == ["Conversion Factors"]


def test_one_account_is_kept_on_one_basis(desk: Desk) -> None:
    assert names(balance(based(desk, None, "energy"))) == {"bases-mixed"}


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
def test_the_text_shows_percentages_and_what_is_unconfirmed(desk: Desk, lang: str) -> None:
    paper(desk, 400, 80).bring_in()
    out = desk.run("balance", "--lang", lang).out.replace(",", ".")
    assert all(words in out for words in ("PEFC", "board", "400", "480", "83.33", "70 %"))
