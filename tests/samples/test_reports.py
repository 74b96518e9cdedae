"""samples/reports holds what `tracepack demo` writes now; `pytest --update-golden` renews it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracepack import cli

REPORTS = Path(__file__).parents[2] / "samples" / "reports"
DOCUMENTS = ("report.html", "report.md", "report.json", "lineage.svg", "lineage.dot", "lineage.pdf", "lineage.png")
#: Their bytes also depend on the versions of the libraries that compress them: compared by what they are.
PACKED = {"lineage.pdf": b"%PDF-", "lineage.png": b"\x89PNG"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert cli.run(["demo", str(folder)]) == 0
    return folder


@pytest.mark.parametrize("name", DOCUMENTS)
def test_sample_report_is_what_the_demo_writes(name: str, demo: Path, request: pytest.FixtureRequest) -> None:
    made = (demo / name).read_bytes()
    if request.config.getoption("--update-golden"):
        REPORTS.mkdir(exist_ok=True)
        (REPORTS / name).write_bytes(made)
    kept = (REPORTS / name).read_bytes()
    if name in PACKED:
        assert kept[: len(PACKED[name])] == made[: len(PACKED[name])] == PACKED[name]
    else:
        assert without_fonts(kept) == without_fonts(made)


def without_fonts(document: bytes) -> str:
    """The document but for the glyphs that it embeds: another version of the font library may write them in other bytes."""
    return re.sub(r'(url\("data:font/ttf;base64,)[^"]+', r"\1", document.decode("utf-8"))


def test_nothing_else_lies_among_the_reports() -> None:
    assert {path.name for path in REPORTS.iterdir()} == {*DOCUMENTS, "screenshot.png"}
