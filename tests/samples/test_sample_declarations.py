"""Every declared sale of the sample chain has a declaration that may be issued, and a claim that its lot bears."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracepack import Workspace, cli
from tracepack.core.claimtext import sentences_in
from tracepack.declaring import render
from tracepack.rulebook import claim_wording_rules

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("declared") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))]) == 0
    return path


@pytest.mark.parametrize("shipment", ["S-26-0101", "S-26-0102", "S-26-0103", "S-26-0104"])
def test_a_declared_sale_may_be_declared(chain: Path, shipment: str) -> None:
    answer = Workspace.open(chain).declaration(shipment)
    assert (answer.draft, answer.findings) == (False, [])
    assert answer.chain_of_custody == "mass balance"
    (line,) = answer.lines
    assert (line.raw_material, line.category, line.country_of_origin) == ("crude tall oil", "bio-circular", "FI")
    assert line.certified_kg is not None and float(line.certified_kg) > 0
    for lang in ("en", "zh", "de"):
        for file_format in ("txt", "xlsx", "json"):
            assert render(answer, file_format, lang)
    assert render(answer, "pdf").startswith(b"%PDF-")


def test_a_sale_without_papers_is_a_draft(chain: Path) -> None:
    assert Workspace.open(chain).declaration("S-26-0001").draft


@pytest.mark.parametrize("lot", ["OPP-2601", "OPP-2604", "FILM-2603-07"])
def test_what_the_report_of_a_sample_lot_offers_is_ours(chain: Path, lot: str) -> None:
    claims = json.loads(Workspace.open(chain).report(lot, format="json"))["claims"]
    assert claims["allowed"]
    for sentence in claims["allowed"]:
        assert all(len(sentences_in(text, claim_wording_rules())) == 1 for text in sentence["text"].values())
