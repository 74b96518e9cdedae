"""The demo, as the README's first line runs it."""

import json
from pathlib import Path

import pytest

from tracepack.cli import run
from tracepack.demo import samples
from tracepack.report.fonts import find_fonts


@pytest.mark.slow
def test_demo_leaves_a_workspace_a_report_and_a_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", str(tmp_path / "d")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for name in ("report.html", "report.md", "report.json", "lineage.svg", "lineage.pdf", "lineage.png", "lineage.dot"):
        assert (tmp_path / "d" / name).stat().st_size > 1000, name
    for line in ("report.html", "lineage.svg", " trace ", " content "):
        assert line in out
    workbooks = {path.name for path in (tmp_path / "d" / "workbooks").iterdir()}
    assert workbooks == {entry.name for entry in (samples() / "chain").iterdir() if entry.name.endswith(".xlsx")}
    assert json.loads((tmp_path / "d" / "report.json").read_text(encoding="utf-8"))
    before = {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir() if path.is_file()}
    assert run(["demo", str(tmp_path / "d")]) == 2, "a demo that is there is left alone"
    assert {path.name: path.read_bytes() for path in (tmp_path / "d").iterdir() if path.is_file()} == before


@pytest.mark.slow
def test_two_demos_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(["demo", str(tmp_path / name)]) == 0
    documents = [path.name for path in (tmp_path / "one").iterdir() if path.is_file() and path.suffix != ".db"]
    assert [name for name in documents if (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()] == []


@pytest.mark.slow
def test_the_demo_can_be_run_again_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [run(["demo"]), run(["demo"])] == [0, 0]
    assert {path.name for path in tmp_path.iterdir()} == {"tracepack-demo", "tracepack-demo-2"}


def test_a_demo_that_no_font_can_draw_says_which_documents_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    latin = find_fonts(())
    for room in ("diagram", "html", "files", "fonts"):
        monkeypatch.setattr(f"tracepack.report.{room}.fonts_in_reach", lambda: latin, raising=False)
    assert run(["demo", str(tmp_path / "d"), "--lang", "zh"]) == 0
    out, _ = capsys.readouterr()
    told = [line for line in out.splitlines() if line.startswith("Not written: ")]
    assert [line.split(": ")[1] for line in told] == ["lineage.pdf", "lineage.png"]
    assert all("install a font" in line for line in told)
    written = {path.name for path in (tmp_path / "d").iterdir() if path.is_file()}
    assert written == {"tracepack.db", "report.html", "report.md", "report.json", "lineage.svg", "lineage.dot"}
