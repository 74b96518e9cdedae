"""Recalls of the shapes that a plant has, each worked by hand: how far it goes, and how many kilograms are where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from journeys.desk import DAY, Desk, Row, delivery, lost, made, run, taken
from journeys.test_recall import sale


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


def own(lot: str, quantity: float | None = None, **columns: Any) -> Row:
    return taken(lot, quantity, Supplier=None, **columns)


def recalled(desk: Desk, lot: str, code: int = 0) -> dict[str, Any]:
    """`recall --lot LOT`, importing first what is still on the desk."""
    if desk.sheets:
        desk.bring_in()
    answer = desk.run("recall", "--lot", lot, "--json")
    assert answer.code == code, answer.out
    assert answer.json["complete"] is (code == 0)
    assert answer.json["adds_up"] is (answer.json["shipped_kg"] is not None)
    return answer.json


def lots(found: dict[str, Any]) -> dict[str, str]:
    return {x["number"]: x["affected_mass_kg"] for x in found["lots"]}


def stock(found: dict[str, Any]) -> dict[str, str]:
    return {x["number"]: x["affected_mass_kg"] for x in found["stock"]}


def shipped(found: dict[str, Any]) -> dict[str, str]:
    return {x["shipment"]: x["affected_mass_kg"] for x in found["shipments"]}


def totals(found: dict[str, Any]) -> list[str]:
    return [found[f"{name}_kg"] for name in ("subject", "shipped", "book_stock", "lost", "unaccounted")]


def test_a_chain_of_sixty_runs_is_followed_to_its_end(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PLA", 100))
    desk.fill("Production", *run("R1", taken("A", 100), made("F1", 100)))
    for number in range(2, 61):
        desk.fill("Production", *run(f"R{number}", own(f"F{number - 1}", 100), made(f"F{number}", 100), on=day(number)))
    desk.fill("Shipments", sale("S1", "SHOP", "F60", 40, day(70)))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "100"} | {f"F{number}": "100" for number in range(1, 61)}
    assert {x["number"]: x["depth"] for x in found["lots"]}["F60"] == 60
    assert shipped(found) == {"S1": "40"}
    assert totals(found) == ["100", "40", "60", "0", "0"]


def test_each_reel_of_a_slit_roll_carries_its_own_mass(desk: Desk) -> None:
    """60 of 100 kg of the roll are A: a reel of 30 kg holds 18 kg of it, and not the 60 of the whole roll."""
    desk.fill("Deliveries", delivery("A", "PLA", 60), delivery("B", "PBAT", 40))
    desk.fill("Production", *run("R1", taken("A", 60), taken("B", 40), made("ROLL", 100)))
    desk.fill("Production", *run("R2", own("ROLL", 100), made("REEL1", 30), made("REEL2", 30), made("REEL3", 38), lost(2), on=day(1)))
    desk.fill("Shipments", sale("S1", "SHOP", "REEL1", 30), sale("S2", "MARKET", "REEL3", 19))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "60", "ROLL": "60", "REEL1": "18", "REEL2": "18", "REEL3": "22.8"}
    assert shipped(found) == {"S1": "18", "S2": "11.4"}
    assert totals(found) == ["60", "29.4", "29.4", "1.2", "0"]  # in stock: REEL2 18, half of REEL3 11.4


def test_a_lot_that_is_used_several_times_counts_once_for_each_use(desk: Desk) -> None:
    """Of A, 10 and 20 kg went into X (in one run, as two rows) and 30 kg into Y; Z is all of X and of Y."""
    desk.fill("Deliveries", delivery("A", "PLA", 100), delivery("B", "PBAT", 40))
    desk.fill("Production", *run("R1", taken("A", 10), taken("A", 20), taken("B", 30), made("X", 60)))
    desk.fill("Production", *run("R2", taken("A", 30), taken("B", 10), made("Y", 40), on=day(1)))
    desk.fill("Production", *run("R3", own("X", 60), own("Y", 40), made("Z", 100), on=day(2)))
    desk.fill("Shipments", sale("S1", "SHOP", "Z", 50))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "100", "X": "30", "Y": "30", "Z": "60"}
    assert [x["depth"] for x in found["lots"] if x["number"] == "Z"] == [2]
    assert stock(found) == {"A": "40", "Z": "30"}
    assert totals(found) == ["100", "30", "70", "0", "0"]


def test_the_order_of_files_and_rows_changes_nothing(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {
        "Deliveries": [delivery("A", "PLA", 100), delivery("B", "PBAT", 40), delivery("C", "PBAT", 40, **{"Delivery Date": day(3)})],
        "Production": [
            *run("R1", taken("A", 80), taken("B", 20), made("F1", 95), lost(5), on=day(1)),
            *run("R2", own("F1", 40), taken("C", 10), made("F2", 50), on=day(4)),
        ],
        "Shipments": [sale("S1", "SHOP", "F1", 30), sale("S2", "MARKET", "F2", 25)],
    }
    answers = []
    for number, names in enumerate((list(sheets), list(reversed(sheets)), ["Production", "Deliveries", "Shipments"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        desk = Desk(folder)
        for name in names:
            desk.fill(name, *(sheets[name] if number < 2 else list(reversed(sheets[name])))).bring_in()
        found = recalled(desk, "A")
        answers.append([lots(found), shipped(found), stock(found), totals(found), [x["number"] for x in found["lots"]]])
    assert answers[0] == answers[1] == answers[2]


def test_square_metres_of_a_film_of_our_own_have_the_mass_of_its_grammage(desk: Desk) -> None:
    """At 40 g/m2 the 500 m2 that were laminated are 20 kg and the 250 m2 that were sold 10 kg."""
    desk.fill("Materials", {"Material ID": "FILM40", "Kind": "film", "Grammage g/m2": 40})
    desk.fill("Deliveries", delivery("A", "PLA", 50), delivery("B", "PBAT", 20))
    desk.fill("Production", *run("R1", taken("A", 50), made("FILM", 50, "FILM40")))
    area = {"Quantity": 500, "Unit": "m2"}
    desk.fill("Production", *run("R2", own("FILM", more=area), taken("B", 20), made("LAM", 40), on=day(1)))
    desk.fill("Shipments", sale("S1", "SHOP", "FILM", 250, Unit="m2"), sale("S2", "MARKET", "LAM", 10))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "50", "FILM": "50", "LAM": "20"}
    assert shipped(found) == {"S1": "10", "S2": "5"}
    assert totals(found) == ["50", "15", "35", "0", "0"]
    assert lots(recalled(desk, "FILM")) == {"FILM": "50", "LAM": "20"}
    assert lots(recalled(desk, "B")) == {"B": "20", "LAM": "20"}  # the film beside it is of another source


def test_pieces_have_the_mass_of_their_piece_weight(desk: Desk) -> None:
    """10,000 cups of 10 g hold 60 of 100 kg of A; 2,500 of them are 25 kg with 15 kg of it."""
    desk.fill("Materials", {"Material ID": "CUP", "Kind": "other", "Piece Weight g": 10})
    desk.fill("Deliveries", delivery("A", "PLA", 60), delivery("B", "PBAT", 40))
    cups = {"Quantity": 10_000, "Unit": "pcs"}
    desk.fill("Production", *run("R1", taken("A", 60), taken("B", 40), made("CUPS", None, "CUP", more=cups)))
    desk.fill("Shipments", sale("S1", "SHOP", "CUPS", 2_500, Unit="pcs"))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "60", "CUPS": "60"}
    assert shipped(found) == {"S1": "15"}
    assert totals(found) == ["60", "15", "45", "0", "0"]


def test_the_layers_of_a_film_say_how_much_of_a_resin_is_in_it(desk: Desk) -> None:
    """Two skins of 15 um at 0.918 beside a core of 50 um at 0.925: 27.54 of 73.79 parts of the film are skin."""
    skin, core = {"Thickness um": 15, "Density g/cm3": 0.918}, {"Thickness um": 50, "Density g/cm3": 0.925}
    desk.fill("Deliveries", delivery("SKIN", "PE", 100), delivery("CORE", "PE", 100))
    layers = [taken("SKIN", Layer="A", more=skin), taken("CORE", Layer="B", more=core), taken("SKIN", Layer="C", more=skin)]
    desk.fill("Production", *run("R1", *layers, made("FILM", 100)))
    desk.fill("Shipments", sale("S1", "SHOP", "FILM", 50))
    found = recalled(desk, "SKIN")
    assert float(lots(found)["FILM"]) == pytest.approx(100 * 27.54 / 73.79, abs=1e-5)
    assert float(shipped(found)["S1"]) == pytest.approx(50 * 27.54 / 73.79, abs=1e-5)
    assert float(stock(found)["SKIN"]) == pytest.approx(100 - 100 * 27.54 / 73.79, abs=1e-5)


def test_a_silo_gives_what_it_held_on_the_day(desk: Desk) -> None:
    """Of the first 100 kg 60 are drawn; then 60 others come in: the 100 kg hold 40 of the first, and 50 drawn of them 20."""
    desk.fill("Deliveries", delivery("A", "PLA", 100, **{"Own Lot No": "SILO"}))
    desk.fill("Deliveries", delivery("B", "PLA", 60, **{"Own Lot No": "SILO", "Delivery Date": day(2)}))
    desk.fill("Production", *run("R1", own("SILO", 60), made("F1", 60), on=day(1)))
    desk.fill("Production", *run("R2", own("SILO", 50), made("F2", 50), on=day(3)))
    desk.fill("Shipments", sale("S1", "SHOP", "F1", 60), sale("S2", "MARKET", "F2", 50))
    first, second = recalled(desk, "A"), recalled(desk, "B")
    assert shipped(first) == {"S1": "60", "S2": "20"}
    assert shipped(second) == {"S2": "30"}  # what was drawn before it came holds none of it
    assert totals(first) == ["100", "80", "20", "0", "0"]
    assert totals(second) == ["60", "30", "30", "0", "0"]


def test_trim_that_goes_round_on_its_day_is_followed_to_the_steady_state(desk: Desk) -> None:
    """A blend x of A: 100 x = 80 + 10 x, so that x = 8/9; 90 kg of film hold 80 kg of it, and so the trim 8.889 of 10 kg."""
    desk.fill("Deliveries", delivery("A", "PLA", 100), delivery("B", "PBAT", 10))
    desk.fill("Production", *run("R1", taken("A", 80), taken("B", 10), own("TRIM", 10), made("FILM", 90), made("TRIM", 10)))
    desk.fill("Shipments", sale("S1", "SHOP", "FILM", 45))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "100", "FILM": "80", "TRIM": "8.888889"}
    assert shipped(found) == {"S1": "40"}
    assert totals(found) == ["100", "40", "60", "0", "0"]


def test_scrap_that_is_reworked_on_another_day_brings_it_into_another_film(desk: Desk) -> None:
    desk.fill("Deliveries", delivery("A", "PLA", 100), delivery("B", "PBAT", 80))
    desk.fill("Production", *run("R1", taken("A", 100), made("F1", 90), made("SCRAP", 10)))
    desk.fill("Production", *run("R2", taken("B", 80), own("SCRAP", 10), made("F2", 90), on=day(1)))
    desk.fill("Shipments", sale("S1", "SHOP", "F1", 90), sale("S2", "MARKET", "F2", 45))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "100", "F1": "90", "SCRAP": "10", "F2": "10"}
    assert shipped(found) == {"S1": "90", "S2": "5"}
    assert totals(found) == ["100", "95", "5", "0", "0"]


def test_a_conversion_carries_all_that_went_in_though_it_weighs_less(desk: Desk) -> None:
    """100 kg of ethanol became 50 kg of ethylene and 40 kg of water: all of the ethylene is of it, and stands for 60 kg of ethanol."""
    desk.fill("Materials", {"Material ID": "EtOH", "Kind": "feedstock", "Organic Carbon %": 52.14})
    desk.fill("Materials", {"Material ID": "C2H4", "Kind": "feedstock", "Organic Carbon %": 85.63})
    desk.fill("Deliveries", delivery("A", "EtOH", 100))
    water = {"Material": "water"}
    desk.fill("Production", *run("R1", taken("A", 100), made("ETHYLENE", 50, "C2H4"), lost(40, **water), kind="synthesis"))
    desk.fill("Shipments", sale("S1", "SHOP", "ETHYLENE", 20))
    found = recalled(desk, "A")
    assert lots(found) == {"A": "100", "ETHYLENE": "50"}
    assert shipped(found) == {"S1": "20"}
    assert totals(found) == ["100", "24", "36", "40", "0"]  # in kilograms of ethanol


def test_an_input_of_unknown_mass_leaves_open_how_much_of_it_there_is(desk: Desk) -> None:
    """Nobody wrote down how much of A went in: of the 40 kg of film, anything from none to all may be of it."""
    desk.fill("Deliveries", delivery("A", "PLA", 100), delivery("B", "PBAT", 30))
    desk.fill("Production", *run("R1", taken("A"), taken("B", 30), made("FILM", 40)))
    desk.fill("Shipments", sale("S1", "SHOP", "FILM", 10))
    for lot in ("A", "B"):
        found = recalled(desk, lot, code=1)
        film = next(x for x in found["lots"] if x["number"] == "FILM")
        assert (film["affected_mass_kg"], film["affected_low_kg"], film["affected_high_kg"], film["share"]) == (None, "0", "40", None)
        assert (found["shipments"][0]["affected_low_kg"], found["shipments"][0]["affected_high_kg"]) == ("0", "10")
        assert found["shipped_kg"] is None
        assert ("FILM", "run R1 has a row of unknown mass") in {(end["number"], end["reason"]) for end in found["open_ends"]}


def test_a_silo_that_was_drawn_from_unweighed_has_bounds_once_it_is_filled_again(desk: Desk) -> None:
    """From nothing to all of the first 100 kg may have been left when 40 others came in: of 70 kg drawn then at most 70 x 100/140."""
    desk.fill("Deliveries", delivery("A", "PLA", 100, **{"Own Lot No": "SILO"}))
    desk.fill("Deliveries", delivery("B", "PLA", 40, **{"Own Lot No": "SILO", "Delivery Date": day(2)}))
    desk.fill("Production", *run("R1", own("SILO"), made("F1", 30), on=day(1)))
    desk.fill("Production", *run("R2", own("SILO", 70), made("F2", 70), on=day(3)))
    desk.fill("Shipments", sale("S1", "SHOP", "F1", 30), sale("S2", "MARKET", "F2", 70))
    found = recalled(desk, "A", code=1)
    assert shipped(found) == {"S1": "30", "S2": None}
    assert [(x["affected_low_kg"], x["affected_high_kg"]) for x in found["shipments"]] == [("30", "30"), ("0", "50")]
    assert [(x["affected_mass_kg"], x["affected_low_kg"], x["affected_high_kg"]) for x in found["stock"]] == [(None, "0", "50")]
    assert found["shipped_kg"] is None
    assert {end["reason"] for end in found["open_ends"]} >= {"a mass that was taken is not known"}
    desk.fill("Stock Counts", {"Site": "S1", "Date": day(3), "Lot No": "SILO", "Quantity": 28, "Unit": "kg"}).bring_in()
    (counted,) = recalled(desk, "A", code=1)["stock"]
    assert (counted["book_kg"], counted["counted_kg"], counted["counted_on"]) == (None, "28", "2026-01-08")
