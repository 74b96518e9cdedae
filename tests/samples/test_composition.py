"""The composition tables of the sample lots: as added up by hand from the origins, and the same in every format."""

from __future__ import annotations

import io
import json
import math
from collections import defaultdict
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tracepack import Workspace, cli

CHAIN = Path(__file__).parents[2] / "samples" / "chain"
FIELDS = {"feedstock": "feedstock", "category": "category", "country": "country", "supplier": "owner"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    path = tmp_path_factory.mktemp("composition") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted(CHAIN.glob("*.xlsx")))]) == 0
    return Workspace.open(path)


@pytest.mark.parametrize("number", ["FILM-2603-07", "OPP-2602", "COEX-2602-02"])
def test_tables_are_the_origins_added_up(workspace: Workspace, number: str) -> None:
    dossier = json.loads(workspace.report(number, format="json"))
    tables = {table["by"]: table for table in dossier["composition"]}
    assert list(tables) == ["feedstock", "category", "country", "supplier", "certificate"]
    for by, field in FIELDS.items():
        expected: dict[str | None, float] = defaultdict(float)
        for origin in dossier["content"]["origins"]:
            expected[None if origin[field] is None else origin[field].casefold()] += origin["mass_share"]
        found = {None if row["name"] is None else row["name"].casefold(): row["mass_share"] for row in tables[by]["rows"]}
        assert found == pytest.approx(dict(expected), abs=1e-8)
    for table in tables.values():
        assert math.fsum(row["mass_share"] for row in table["rows"]) == pytest.approx(1, abs=1e-8)


def test_a_mass_balanced_film_is_of_unknown_feedstock_in_every_format(workspace: Workspace) -> None:
    for file_format in ("md", "html"):
        page = workspace.report("OPP-2602", format=file_format).decode()
        section = page[page.index("By country of origin") : page.index("By supplier")]
        assert "not known" in section
        assert "20.00 % to 100 %" in section
        assert "80.00 %" in section
    sheet = load_workbook(io.BytesIO(workspace.report("OPP-2602", format="xlsx")))["Composition"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1:3] for row in rows if row[0] == "NL"] == [[pytest.approx(0.2), pytest.approx(1.0)]]
    assert next(row[1:3] for row in rows if row[0] == "not known") == [pytest.approx(0.8), pytest.approx(0.8)]
