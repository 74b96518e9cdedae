"""The section "Chain of custody" of the sample lots: every lot of the chain with its model and the cells that say so."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tracepack import Workspace, cli

CHAIN = Path(__file__).parents[2] / "samples" / "chain"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    path = tmp_path_factory.mktemp("custody") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted(CHAIN.glob("*.xlsx")))]) == 0
    return Workspace.open(path)


def sheet_of(workspace: Workspace, number: str) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(workspace.report(number, format="xlsx")))["Chain of custody"]
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("number", ["FILM-2603-07", "OPP-2602"])
def test_every_lot_of_the_chain_leads_to_what_sets_its_model(workspace: Workspace, number: str) -> None:
    dossier = json.loads(workspace.report(number, format="json"))
    rows = {row["id"]: row for row in dossier["evidence"]}
    leads = {pointer: found for found in dossier["rests_on"] for pointer in found["figures"]}
    for place, lot in enumerate(dossier["trace"]["lots"]):
        assert lot["chain_of_custody"]
        cells = [rows[name] for name in leads[f"/trace/lots/{place}/chain_of_custody"]["evidence"]]
        assert cells
        assert {(cell["owner"], cell["lot"]) for cell in cells} == {(lot["owner"], lot["number"])}
        stated = {cell["value"] for cell in cells if cell["field"] == "chain_of_custody"}
        assert stated <= {lot["chain_of_custody"]}


def test_the_chain_names_models_runs_and_certificates(workspace: Workspace) -> None:
    rows = {row[0]: row[1:5] for row in sheet_of(workspace, "FILM-2603-07")}
    assert rows["CE-23-0311 (CELLORA)"] == ["CELFILM 23", "segregated", "", "ISCC-PLUS-Cert-XX999-00000303"]
    assert rows["KB-AD-604 (KLEBRA)"] == ["LAMI S", "none (uncertified)", "", ""]
    assert rows["FILM-2603-07 (NORDFILM)"][1:3] == ["controlled blending", "LM-2603-07"]


def test_a_lot_under_mass_balance_shows_the_credits_booked_to_it(workspace: Workspace) -> None:
    assert ["AT-26-02", "OPP-2602 (NORDFILM)"] in [row[:2] for row in sheet_of(workspace, "OPP-2602")]
    page = workspace.report("OPP-2602", format="md").decode()
    section = page[page.index("\n## Chain of custody") : page.index("\n## Calculation")]
    assert "9.3 t" in section
    assert "Credits booked to it" in section
    page = workspace.report("FILM-2603-07", format="md").decode()
    assert "Credits booked" not in page
