"""A quality manager asks whether a film carries a mark: verdicts, advice, readiness and inventory in every format and language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracepack import cli
from tracepack.workspace import Workspace

FILM = "FILM-2603-07"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert cli.run(["demo", str(folder)]) == 0
    return folder / "tracepack.db"


def report(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes], *options: str) -> str:
    capfdbinary.readouterr()
    assert cli.run(["-w", str(workspace), "report", FILM, *options]) == 0
    return capfdbinary.readouterr().out.decode()


def test_a_verdict_with_its_gates_margins_and_advice(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    found = json.loads(report(workspace, capfdbinary, "--json", "--scheme", "tuv austria OK BIOBASED"))
    (verdict,) = found["verdicts"]
    carbon = found["content"]["content"]["bio_carbon_toc"]
    assert (verdict["scheme"], verdict["outcome"]) == ("OK biobased", "met")
    assert (verdict["low"], verdict["high"]) == (carbon["low"], carbon["high"])
    assert verdict["tier"]["says"]["en"] == "3 stars (60 to 80 %)"
    gate = next(g for g in verdict["gates"] if g["key"] == "bio-carbon")
    assert gate["margin_low"] == pytest.approx(carbon["low"] - 0.20)
    assert verdict["evidence_enough"] is False
    assert {a["kind"] for a in verdict["advice"]} == {"weak"}
    assert all(a["gain"] > 0 and a["refs"] and a["refs"][0]["sha256"] for a in verdict["advice"])


def test_without_a_scheme_all_of_content_in_short(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    found = json.loads(report(workspace, capfdbinary, "--json"))
    names = [v["scheme"] for v in found["verdicts"]]
    assert {"OK biobased", "BiomassPla", "EN 16785-1"} <= set(names)
    assert not {"FSC", "PPWR", "readiness"} & set(names)
    assert {v["advice"] for v in found["verdicts"]} == {None}
    assert found["inventory"] == []


def test_several_schemes_in_the_order_asked_each_once(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    asked = ("FSC", "USDA BioPreferred: Semi-durable films", "fsc", "PPWR")
    found = json.loads(report(workspace, capfdbinary, "--json", *(part for name in asked for part in ("--scheme", name))))
    assert [(v["scheme"], v["category"], v["outcome"]) for v in found["verdicts"]] == [
        ("FSC", "", "not met"),
        ("USDA BioPreferred", "semi-durable films", "met"),
        ("PPWR", "", "no threshold"),
    ]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("3 stars", "Only declared", "T16")), ("de", ("3 Sterne", "Nur angegeben", "bestanden")), ("zh", ("3 星", "仅为申报", "通过"))],
)
def test_in_three_languages(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes], lang: str, words: tuple[str, ...]):
    text = report(workspace, capfdbinary, "--lang", lang, "--scheme", "OK biobased")
    assert all(word in text for word in words)


def test_in_html(workspace: Path):
    page = Workspace.open(workspace).report(FILM, format="html", schemes=["OK biobased"]).decode()
    assert "3 stars (60 to 80 %)" in page


def test_an_unknown_scheme_lists_the_known(workspace: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["-w", str(workspace), "report", FILM, "--scheme", "Grüner Punkt"]) == 2
    told = capsys.readouterr().err
    assert "Grüner Punkt" in told
    assert "OK biobased" in told
    assert "USDA BioPreferred: non-durable films" in told


def test_the_readiness_list(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    found = json.loads(report(workspace, capfdbinary, "--json"))
    assert [a["test"] for a in found["audit"]] == [f"T{n:02}" for n in range(1, 17)]
    assert {a["result"] for a in found["audit"] if a["test"] in ("T01", "T03", "T09", "T15")} == {"passed"}
    named = {f["name"] for f in found["findings"]}
    assert all(a["findings"] and set(a["findings"]) <= named for a in found["audit"] if a["result"] == "failed")


def test_the_inventory_names_what_is_bio_based_in_part_and_its_records(workspace: Path, capfdbinary: pytest.CaptureFixture[bytes]):
    found = json.loads(report(workspace, capfdbinary, "--json", "--scheme", "readiness"))
    rows = {row["lot"]: row for row in found["inventory"]}
    assert rows[FILM]["bio_based"] == "in part"
    assert rows["CE-23-0311"]["bio_based"] == "wholly"
    assert rows["PV-LD-1103"]["bio_based"] == "no"
    assert rows["CE-23-0311"]["feedstock_sources"] == ["EUCA-PT"]
    assert {"CANE-BR", "EUCA-PT"} <= set(rows[FILM]["feedstock_sources"])
    assert rows[FILM]["energy_logs"]
    assert rows[FILM]["lab_reports"]


@pytest.mark.parametrize(("lang", "told"), [("en", "No category was named"), ("de", "Keine Kategorie wurde genannt"), ("zh", "未指定类别")])
def test_without_a_category_the_report_says_that_one_is_wanted(
    workspace: Path, capfdbinary: pytest.CaptureFixture[bytes], lang: str, told: str
):
    assert told in report(workspace, capfdbinary, "--scheme", "USDA BioPreferred", "--lang", lang)
    assert told not in report(workspace, capfdbinary, "--scheme", "USDA BioPreferred: no category", "--lang", lang)
