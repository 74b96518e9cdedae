"""Every finding name has a workbook that provokes it, through the real command line."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tracepack import cli, data
from tracepack.data.speech import say_in

SAMPLES = Path(__file__).parents[2] / "samples"
MANIFEST: dict[str, dict[str, Any]] = tomllib.loads((SAMPLES / "troubles" / "manifest.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds the whole sample chain."""
    path = tmp_path_factory.mktemp("chain") / "chain.db"
    assert cli.run(["-w", str(path), "init", "--organisation", "NORDFILM", "--site", "NF-1"]) == 0
    assert cli.run(["-w", str(path), "import", *map(str, sorted((SAMPLES / "chain").glob("*.xlsx")))]) == 0
    return path


def names_in(answer: dict[str, Any]) -> set[str]:
    """The finding names of an answer, those of each imported file included."""
    lists = [answer.get("findings", []), *(file["findings"] for file in answer.get("files", []))]
    return {finding["name"] for findings in lists for finding in findings}


def untranslated(answer: dict[str, Any]) -> set[str]:
    """The messages and hints of an answer's findings that have no Chinese translation."""
    findings = [*answer.get("findings", []), *(f for file in answer.get("files", []) for f in file["findings"])]
    texts = {text for finding in findings for text in (finding["message"], finding["hint"]) if text}
    return {text for text in texts if say_in(text, "zh") == text}


def test_each_finding_has_a_workbook_and_each_workbook_a_finding() -> None:
    assert set(MANIFEST) == set(data.read_toml("findings.toml"))
    assert {entry["file"] for entry in MANIFEST.values()} == {path.name for path in (SAMPLES / "troubles").glob("*.xlsx")}


@pytest.mark.parametrize("name", MANIFEST)
def test_trouble_is_found(name: str, chain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trouble = MANIFEST[name]
    workspace = tmp_path / "tracepack.db"

    def answer(*arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = cli.run(["-w", str(workspace), *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    prepare: Callable[[], object] = (
        (lambda: shutil.copy(chain, workspace))
        if trouble["after_chain"]
        else (lambda: cli.run(["-w", str(workspace), "init", "--organisation", "NORDFILM", "--site", "NF-1"]))
    )
    prepare()
    for profile in trouble.get("profiles", []):
        (tmp_path / "tracepack-profiles").mkdir(exist_ok=True)
        shutil.copy(SAMPLES / "profiles" / f"{profile}.toml", tmp_path / "tracepack-profiles")
    imported, reading = answer("import", str(SAMPLES / "troubles" / trouble["file"]), *trouble.get("options", []))
    for command in trouble.get("then", []):
        assert cli.run(["-w", str(workspace), *shlex.split(command)]) == 0
    if "tampered" in trouble:
        with closing(sqlite3.connect(workspace)) as database, database:
            assert database.execute(trouble["tampered"]).rowcount > 0
    checked, judgement = answer("check")
    shown = {"import": reading, "check": judgement}.get(trouble["shown_by"])
    if shown is None:
        shown = answer(*trouble["shown_by"].split())[1]
    assert name in names_in(shown)
    assert untranslated(reading) | untranslated(judgement) | untranslated(shown) == set()
    assert (imported, checked) == (trouble["import"], trouble["check"])
    severity = data.read_toml("findings.toml")[name]["severity"]
    assert {f["severity"] for file in reading["files"] for f in file["findings"] if f["name"] == name} <= {severity, "error"}
