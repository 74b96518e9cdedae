"""A report came by mail: its page is held against the dossier that it carries, and that against its own sums."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journeys.desk import Answer, Desk

SAMPLES = Path(__file__).parents[2] / "samples"
LOT = "FILM-2601-02"
SCRIPT = re.compile(r'(<script type="application/json" id="dossier">)(.*?)(</script>)', re.DOTALL)
Verify = Callable[..., Answer]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("chain"))
    assert desk.run("init", "--organisation", "NORDFILM", "--site", "NF-1").code == 0
    assert desk.run("import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))).code == 0
    for name in ("report.html", "report.pdf"):
        assert desk.run("report", LOT, "-o", str(desk.folder / name)).code == 0
    assert desk.run("report", LOT, "-o", str(desk.folder / "de.html"), "--lang", "de").code == 0
    return desk


@pytest.fixture
def outside(tmp_path: Path) -> Verify:
    def verify(data: bytes, *options: str) -> Answer:
        (tmp_path / "received").write_bytes(data)
        return Desk(tmp_path).run("verify", str(tmp_path / "received"), *options)

    return verify


def with_dossier(page: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A page whose carried dossier was changed."""
    text = page.decode()
    found = SCRIPT.search(text)
    assert found
    dossier = json.loads(found[2])
    change(dossier)
    carried = json.dumps(dossier, indent=2, ensure_ascii=False).replace("<", "\\u003c") + "\n"
    return (text[: found.start(2)] + carried + text[found.end(2) :]).encode()


def whats(answer: Answer) -> list[str]:
    return [difference["what"] for difference in answer.json["differences"]]


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "de.html"])
def test_a_report_agrees_with_the_dossier_that_it_carries(chain: Desk, outside: Verify, name: str) -> None:
    answer = outside((chain.folder / name).read_bytes(), "--json")
    assert (answer.code, answer.json["level"], answer.json["lot"]) == (0, "dossier", LOT)
    assert "the workbooks are not in the file" in outside((chain.folder / name).read_bytes()).out


def test_a_page_that_says_more_than_its_dossier(chain: Desk, outside: Verify) -> None:
    page = (chain.folder / "report.html").read_bytes()
    changed = page.replace(LOT.encode(), b"FILM-9999-99", 1)
    answer = outside(changed, "--json")
    assert (answer.code, whats(answer)) == (1, ["page", "page, where it first differs"])
    assert ("FILM-9999-99" in answer.json["differences"][1]["there"], LOT in answer.json["differences"][1]["here"]) == (True, True)
    pdf = (chain.folder / "report.pdf").read_bytes()
    assert whats(outside(pdf + b"\n%more", "--json")) == ["page"]


def test_a_run_whose_rows_do_not_add_up_is_named(chain: Desk, outside: Verify) -> None:
    page = (chain.folder / "report.html").read_bytes()
    answer = outside(with_dossier(page, lambda d: d["runs"][0].update(in_kg="1")), "--json")
    assert answer.code == 1
    assert any(what.startswith("run ") and what.endswith(", in") for what in whats(answer))


def test_origins_that_are_more_than_the_lot_are_named(chain: Desk, outside: Verify) -> None:
    page = (chain.folder / "report.html").read_bytes()
    answer = outside(with_dossier(page, lambda d: d["content"]["origins"][0].update(mass_share=1.5)), "--json")
    assert "mass shares of all origins" in whats(answer)


@pytest.mark.parametrize(
    "data",
    [b"<!DOCTYPE html><html></html>", b"%PDF-1.7\nnothing", b'<!DOCTYPE html><script type="application/json" id="dossier">{}</script>'],
)
def test_a_page_without_a_dossier_is_refused(outside: Verify, data: bytes) -> None:
    assert outside(data).code == 2


def test_keys_and_salts_are_for_bundles(chain: Desk, tmp_path: Path, outside: Verify) -> None:
    (tmp_path / "k.pem").write_text("key")
    assert outside((chain.folder / "report.html").read_bytes(), "--key", str(tmp_path / "k.pem")).code == 2
