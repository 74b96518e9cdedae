"""Reports of several lots, of a shipment and of a quarter's shipments, a file each into a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from journeys.desk import DAY, Desk, bio, delivery, made, run, taken
from tracepack import manyreports


@pytest.fixture
def shipped(desk: Desk) -> Desk:
    """Three films; S-1 takes two of them, S-2 goes in February, S-3 comes back."""
    desk.fill("Deliveries", delivery("RESIN", "PLA", 100, **bio(100)))
    desk.fill("Production", *(row for n in (1, 2, 3) for row in run(f"R{n}", taken("RESIN", 10), made(f"FILM/{n}", 10))))
    desk.fill("Shipments", shipment("S-1", "FILM/1", 4), shipment("S-1", "FILM/2", 5), shipment("S-2", "FILM/1", 2, month=2))
    desk.fill("Shipments", shipment("S-3", "FILM/1", 2, month=3, Kind="return"))
    desk.bring_in()
    return desk


def shipment(number: str, lot: str, quantity: float, month: int = 1, **columns: Any) -> dict[str, Any]:
    day = DAY.replace(month=month)
    return {"Shipment No": number, "Date": day, "Customer": "SHOP", "Lot No": lot, "Quantity": quantity, "Unit": "kg", **columns}


def index(folder: Path) -> list[tuple[str, str, str | None, str | None]]:
    found = json.loads((folder / "index.json").read_text(encoding="utf-8"))["reports"]
    return [(one["file"], one["number"], one["shipment"], one["mass_kg"]) for one in found]


def test_a_shipment_is_its_lots_with_the_shipped_mass(shipped: Desk) -> None:
    folder = shipped.folder / "out"
    assert shipped.run("report", "--shipment", "S-1", "--format", "json", "-o", str(folder)).code == 0
    assert index(folder) == [("S-1.FILM%2F1.json", "FILM/1", "S-1", "4"), ("S-1.FILM%2F2.json", "FILM/2", "S-1", "5")]
    alone = shipped.run("report", "FILM/1", "--json").out
    assert (folder / "S-1.FILM%2F1.json").read_text(encoding="utf-8") == alone, "the same report as by itself"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("all", ["S-1", "S-1", "S-2"]),
        ("2026-02-01..2026-02-28", ["S-2"]),
        ("..2026-01-31", ["S-1", "S-1"]),
        ("2026-02-01..", ["S-2"]),
        ("2027-01-01..", []),
    ],
)
def test_shipments_of_some_days_without_what_came_back(shipped: Desk, days: str, expected: list[str]) -> None:
    answer = shipped.run("report", "--shipments", days, "--format", "md", "-o", str(shipped.folder / "out"), "--json")
    assert [one["shipment"] for one in answer.json["reports"]] == expected
    assert f"Wrote {len(expected)} reports" in answer.err
    assert all((shipped.folder / "out" / one["file"]).is_file() for one in answer.json["reports"])


def test_several_lots_each_once(shipped: Desk) -> None:
    folder = shipped.folder / "out"
    assert shipped.run("report", "FILM/2", "FILM/1", "FILM/2", "--format", "md", "-o", str(folder), "--lang", "de").code == 0
    assert [(file, lot) for file, lot, _, _ in index(folder)] == [("FILM%2F2.md", "FILM/2"), ("FILM%2F1.md", "FILM/1")]


def test_numbers_that_a_file_system_confuses_keep_their_own_files(desk: Desk) -> None:
    numbers = ["a", "A", "..", "x/../y", "con:1", "薄膜"]
    desk.fill("Deliveries", *(delivery(number, "PLA", 1, **bio(100)) for number in numbers)).bring_in()
    folder = desk.folder / "out"
    answer = desk.run("report", *numbers, "--format", "json", "-o", str(folder), "--json")
    files = [one["file"] for one in answer.json["reports"]]
    assert len({file.casefold() for file in files}) == len(numbers)
    for number, file in zip(numbers, files, strict=True):
        assert json.loads((folder / file).read_text(encoding="utf-8"))["lot"]["number"] == number
    assert sorted(path.name for path in folder.iterdir()) == sorted([*files, "index.json"])


def test_many_processes_write_what_one_writes(shipped: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    written = {}
    for name, worth in (("one", 100), ("many", 1)):
        monkeypatch.setattr(manyreports, "WORTH_PROCESSES", worth)
        folder = shipped.folder / name
        assert shipped.run("report", "--shipments", "all", "--format", "md", "-o", str(folder)).code == 0
        written[name] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written["one"] == written["many"]


def test_reports_as_they_were_known(shipped: Desk) -> None:
    shipped.fill("Shipments", shipment("S-9", "FILM/3", 1)).bring_in()
    answer = shipped.run("report", "--shipments", "all", "--as-of", "1", "--format", "json", "-o", str(shipped.folder / "out"), "--json")
    assert {one["shipment"] for one in answer.json["reports"]} == {"S-1", "S-2"}
    assert answer.json["as_known_after_import"] == 1
    assert shipped.run("report", "--shipment", "S-9", "--as-of", "1", "-o", str(shipped.folder / "out")).code == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "name either lots or shipments"),
        (("FILM/1", "FILM/2"), "several reports need a folder"),
        (("FILM/1", "FILM/2", "-o", "x.html"), "is no folder"),
        (("FILM/1", "--shipment", "S-1", "-o", "x"), "name either lots or shipments"),
        (("--shipment", "S-7", "-o", "x"), "there is no shipment S-7"),
        (("--shipment", "S-3", "-o", "x"), "there is no shipment S-3"),
        (("--shipments", "January", "-o", "x"), "January is no span of days"),
        (("FILM/1", "NO-SUCH-LOT", "-o", "x"), "there is no lot NO-SUCH-LOT"),
    ],
)
def test_what_cannot_be_meant_is_said_and_writes_nothing(
    shipped: Desk, asked: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shipped.folder)
    answer = shipped.run("report", *asked)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert not (shipped.folder / "x").exists()
