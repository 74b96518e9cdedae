"""`recall --drill`: what chance picks, both directions by hand, the minutes in every format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.desk import Desk, bio, delivery, made, run, taken
from tracepack import Workspace
from tracepack.errors import UsageProblem


def workshop(folder: Path) -> Desk:
    """60 kg of A, of a source, and 40 kg of B, of none, make 100 kg of FILM; 30 kg of it are sold."""
    source = {"Source ID": "CORN", "Feedstock": "corn", "Category": "bio", "Country of Origin": "US", "Supplier": "SUP"}
    desk = Desk(folder).fill("Feedstock Sources", source)
    desk.fill("Deliveries", delivery("A", "PLA", 60, more=bio(100) | {"Feedstock Source": "CORN"}), delivery("B", "PBAT", 40, more=bio(0)))
    desk.fill("Production", *run("R1", taken("A", 60), taken("B", 40), made("FILM", 100, "film")))
    sale = {"Shipment No": "S-1", "Date": "2026-02-01", "Customer": "SHOP", "Lot No": "FILM", "Quantity": 30, "Unit": "kg"}
    return desk.fill("Shipments", sale)


def test_a_source_that_nobody_describes_is_not_located(tmp_path: Path):
    """60 kg of A are half of CORN and half of MYSTERY, 40 kg of B of CORN: 30 + 40 of 100 kg have a described source."""
    desk = workshop(tmp_path)
    desk.sheets["Deliveries"][0].pop("Feedstock Source")
    desk.sheets["Deliveries"][1]["Feedstock Source"] = "CORN"
    halves = [{"Supplier": "SUP", "Lot No": "A", "Source ID": name, "Share %": 50} for name in ("CORN", "MYSTERY")]
    desk.fill("Lot Sources", *halves).bring_in()
    back = desk.run("recall", "--drill", "--json").json["backward"]
    assert (back["located_share"], back["sourced_share"], back["complete"]) == (1.0, 0.7, False)
    assert desk.run("recall", "--drill").code == 1


def test_thirds_are_located_whole(tmp_path: Path):
    """10 kg each of A, B and C: three shares of 0.333333333 that are together all of it."""
    desk = workshop(tmp_path)
    desk.sheets["Production"] = []
    desk.sheets["Deliveries"] = [delivery(lot, "PLA", 10, more={"Feedstock Source": "CORN"}) for lot in "ABC"]
    desk.fill("Production", *run("R1", *(taken(lot, 10) for lot in "ABC"), made("FILM", 30, "film"))).bring_in()
    back = desk.run("recall", "--drill", "--json").json["backward"]
    assert (back["located_share"], back["sourced_share"]) == (1.0, 1.0)


def ticking() -> Iterator[float]:
    yield from (100.0, 101.5, 104.0)


def test_both_directions_by_hand(tmp_path: Path):
    desk = workshop(tmp_path)
    desk.bring_in()
    ticks = ticking()
    answer = Workspace.open(tmp_path / "work.db").recall_drill(7, lambda: next(ticks))
    assert (answer.delivered_lots, answer.shipped_lots, answer.seed) == (2, 1, 7)
    assert (answer.forward_seconds, answer.backward_seconds) == (1.5, 2.5)
    assert answer.forward.located_share == 1.0
    assert (answer.backward.shipment, answer.backward.customer, answer.backward.lot.number) == ("S-1", "SHOP", "FILM")
    assert [(s.lot, s.share, s.dry_kg, s.source) for s in answer.backward.sources] == [
        ("A", 0.6, "18", "CORN, corn, US"),
        ("B", 0.4, "12", ""),
    ]
    assert (answer.backward.shipped_kg, answer.backward.dry_kg, answer.backward.exact) == ("30", "30", True)
    assert (answer.backward.located_share, answer.backward.sourced_share) == (1.0, 0.6)
    assert not answer.complete, "B names no source"


def test_a_lot_that_is_sold_often_is_picked_no_oftener(tmp_path: Path):
    """L1 left in one shipment, L2 in thirty: chance picks lots, and then one of the lot's shipments."""
    desk = Desk(tmp_path).fill("Deliveries", delivery("L1", "PLA", 100), delivery("L2", "PLA", 100))
    sale = {"Date": "2026-02-01", "Customer": "SHOP", "Supplier": "SUP", "Quantity": 1, "Unit": "kg"}
    rows = [sale | {"Shipment No": f"S-{n}", "Lot No": "L2" if n else "L1"} for n in range(31)]
    desk.fill("Shipments", *rows).bring_in()
    seen = [picked(desk, "--seed", str(seed))[1] for seed in range(24)]
    assert 6 <= seen.count("S-0") <= 18


def test_a_silo_is_followed_back_as_it_was_on_the_day_of_the_shipment(tmp_path: Path):
    """100 kg of A on the 5th, 10 kg sold on the 10th, 90 kg of B on the 20th: what left is all of A, and 6 kg of it are water."""
    first = delivery("A", "PLA", 100, **{"Own Lot No": "SILO", "Moisture %": 60, "Feedstock Source": "CORN"})
    second = delivery("B", "PLA", 90, **{"Own Lot No": "SILO", "Delivery Date": "2026-01-20"})
    desk = Desk(tmp_path).fill("Deliveries", first, second)
    source = {"Source ID": "CORN", "Feedstock": "corn", "Category": "bio", "Country of Origin": "US", "Supplier": "SUP"}
    sale = {"Shipment No": "S-1", "Date": "2026-01-10", "Customer": "SHOP", "Lot No": "SILO", "Quantity": 10, "Unit": "kg"}
    desk.fill("Feedstock Sources", source).fill("Shipments", sale).bring_in()
    back = desk.run("recall", "--drill", "--json").json["backward"]
    assert [(s["lot"], s["share"], s["dry_kg"]) for s in back["sources"]] == [("A", 1.0, "4")]
    assert (back["shipped_kg"], back["dry_kg"]) == ("10", "4")


def picked(desk: Desk, *options: str) -> tuple[str, str]:
    found = desk.run("recall", "--drill", *options, "--json").json
    return found["forward"]["subject"]["number"], found["backward"]["shipment"]


def test_the_same_seed_picks_the_same_and_seeds_differ(tmp_path: Path):
    desk = Desk(tmp_path).fill("Deliveries", *(delivery(f"L{n}", "PLA", 10) for n in range(40)))
    rows = [
        {
            "Shipment No": f"S-{n}",
            "Date": "2026-02-01",
            "Customer": "SHOP",
            "Lot No": f"L{n}",
            "Supplier": "SUP",
            "Quantity": 1,
            "Unit": "kg",
        }
        for n in range(40)
    ]
    desk.fill("Shipments", *rows).bring_in()
    assert picked(desk, "--seed", "5") == picked(desk, "--seed", "5")
    assert picked(desk) == picked(desk, "--seed", "1"), "the number of the last import"
    assert len({picked(desk, "--seed", str(seed)) for seed in range(6)}) > 3


def test_a_lot_that_nobody_delivered_leaves_the_drill_incomplete(tmp_path: Path):
    desk = workshop(tmp_path)
    desk.sheets["Production"][1]["Lot No"] = "GHOST"
    desk.bring_in()
    answer = desk.run("recall", "--drill", "--json")
    assert answer.code == 1
    back = answer.json["backward"]
    assert (back["complete"], back["located_share"]) == (False, 0.6)
    assert "could not be followed everywhere" in desk.run("recall", "--drill").out


@pytest.mark.parametrize("lang", ["en", "de", "zh"])
@pytest.mark.parametrize("suffix", ["txt", "pdf", "xlsx", "json"])
def test_the_minutes_are_written_in_every_format(tmp_path: Path, lang: str, suffix: str):
    desk = workshop(tmp_path)
    desk.sheets["Deliveries"][1]["Feedstock Source"] = "CORN"
    desk.bring_in()
    out = tmp_path / f"minutes.{suffix}"
    assert desk.run("recall", "--drill", "--lang", lang, "-o", str(out)).code == 0
    if suffix == "txt":
        text = out.read_text(encoding="utf-8")
        words = {"en": ("Signed off", "within 4 hours"), "de": ("Abgezeichnet", "innerhalb von 4 Stunden"), "zh": ("签署", "在 4 小时以内")}
        assert all(word in text for word in (*words[lang], "S-1", "SHOP", "FILM"))
        assert sum(line.count("_" * 20) for line in text.splitlines()) == 9, "three roles write name, date and signature"
    if suffix == "json":
        assert json.loads(out.read_text(encoding="utf-8"))["complete"] is True


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--drill", "--lot", "A"), "--lot is no part of a drill"),
        (("--drill", "--from", "2026-01-01"), "--from is no part of a drill"),
        (("--seed", "3"), "--seed is for --drill"),
        (("--drill", "--seed", "x"), "'x' is not a valid integer"),
    ],
)
def test_nonsense_is_refused_in_a_line(tmp_path: Path, options: tuple[str, ...], says: str):
    desk = workshop(tmp_path)
    desk.bring_in()
    answer = desk.run("recall", *options)
    assert (answer.code, says in answer.err, "Traceback" in answer.err) == (2, True, False)


def test_without_a_shipment_there_is_nothing_to_try(tmp_path: Path):
    desk = workshop(tmp_path)
    desk.sheets.pop("Shipments")
    desk.bring_in()
    answer = desk.run("recall", "--drill")
    assert (answer.code, "there is no shipment to try a recall with" in answer.err) == (2, True)
    with pytest.raises(UsageProblem):
        Workspace.open(tmp_path / "work.db").recall_drill()
