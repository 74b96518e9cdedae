"""Laws over the whole way: the ledger written as a workbook, imported, and asked on the real command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.desk import Desk
from laws.answers import PHYSICAL, figures, moments
from laws.language import ORGANISATION, SITE, parse
from laws.oracle import replay
from laws.workbook_writer import write_workbook
from tracepack.core.ledger import Ledger

LEDGERS = {
    "a blend, a split and a loss": "A 100 bio=40 mass=45 ; B 50 bio=0 ; A 60 + B 30 -> C 70 + D 15 + loss 5 ; C 70 -> F 60 + loss 10",
    "a loop of two runs": "A 80 bio=100 ; B 90 bio=0 ; A 80 + R 20 -> F 100 ; B 90 + F 10 -> G 80 + R 20",
    "a silo": (
        "A 100 bio=100 @2026-01-01 ; B 60 bio=0 @2026-03-01 ; A 100 -> SILO 100 @2026-01-02 ; SILO 60 -> F1 60 @2026-01-10 ; "
        "SILO 10 => CUSTOMER @2026-01-11 ; B 60 -> SILO 60 @2026-03-02 ; SILO 50 -> F2 50 @2026-03-10"
    ),
    "blanks and ranges": (
        "A 100 bio=30..40 wo=? ; B 50 kind=additive bio=? moist=10 ; A 60 + B 40 -> F 96 + loss water 4 ; "
        "open Z 9 bio=20 ; Z 9 + F 50 -> G 59"
    ),
    "trouble": "A 100 bio=100 ; P/L1 50 bio=0 ; Q/L1 70 bio=50 mass=55 ; A 150 + P/L1 20 -> F 170 ; Q/L1 60 + GHOST 10 -> G 90",
}


def imported(tmp_path: Path, ledger: Ledger) -> Desk:
    """A workspace that read the ledger from a workbook."""
    desk = Desk(tmp_path)
    assert desk.run("init", "--organisation", ORGANISATION, "--site", SITE).code == 0
    answer = desk.run("import", "--json", str(write_workbook(ledger, tmp_path / "ledger.xlsx")))
    assert answer.code == 0, answer.out + answer.err
    return desk


def told(desk: Desk, ledger: Ledger) -> dict[str, object]:
    """Everything `content --json` says of every lot, by question."""
    answers: dict[str, object] = {}
    for lot, day in moments(replay(ledger)):
        options = ["--owner", lot.owner] + (["--on", day.isoformat()] if day else [])
        answers[f"{lot} {day}"] = desk.content(lot.number, *options)
    return answers


@pytest.mark.parametrize("text", LEDGERS.values(), ids=LEDGERS.keys())
def test_a_ledger_says_the_same_after_a_workbook_an_import_and_a_store(tmp_path: Path, text: str) -> None:
    ledger = parse(text)
    desk = imported(tmp_path, ledger)
    for lot, day in moments(replay(ledger)):
        options = ["--owner", lot.owner] + (["--on", day.isoformat()] if day else [])
        content = desk.content(lot.number, *options)["content"]
        expected = figures(ledger, lot, day)
        for name in PHYSICAL:
            assert (content[name]["low"], content[name]["high"]) == pytest.approx(expected[name], abs=1e-8), (lot, day, name)


@pytest.mark.parametrize("text", [LEDGERS["a silo"], LEDGERS["trouble"]], ids=["a silo", "trouble"])
def test_importing_twice_changes_nothing(tmp_path: Path, text: str) -> None:
    ledger = parse(text)
    desk = imported(tmp_path, ledger)
    before = told(desk, ledger)
    again = desk.run("import", "--json", str(tmp_path / "ledger.xlsx"))
    assert again.code == 0, again.out + again.err
    assert [file["status"] for file in again.json["files"]] == ["unchanged"]
    # a copy saved anew has other bytes and the same facts
    copy = write_workbook(ledger, tmp_path / "copy.xlsx")
    once_more = desk.run("import", "--json", str(copy))
    assert once_more.code == 0, once_more.out + once_more.err
    assert sum(sum(file["recorded"].values()) for file in once_more.json["files"]) == 0
    after = told(desk, ledger)
    for question, answer in before.items():
        for key in ("mass_kg", "content", "origins", "states"):
            assert after[question][key] == answer[key], (question, key)  # type: ignore[index]


def test_the_same_workspace_says_the_same_bytes(tmp_path: Path) -> None:
    ledger = parse(LEDGERS["blanks and ranges"])
    desk = imported(tmp_path, ledger)
    first, second = (desk.run("content", "G", "--json").out for _ in range(2))
    (tmp_path / "elsewhere").mkdir()
    third = imported(tmp_path / "elsewhere", ledger).run("content", "G", "--json").out
    assert first == second
    assert first
    # the workbook's own bytes differ (its save time), so its digest is put aside
    assert without_digests(first) == without_digests(third)


def without_digests(text: str) -> list[str]:
    return [line for line in text.splitlines() if '"sha256"' not in line]
