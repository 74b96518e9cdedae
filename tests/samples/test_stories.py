"""The README's four stories, run to the letter: every command works, and says the lines that are printed below it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracepack import cli

ROOT = Path(__file__).parents[2]


def told() -> list[tuple[str, list[str]]]:
    """The commands of the stories in their order, each with the lines that it is said to print."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Four stories")[1].split("\n## ")[0]
    lines = [line for fence in re.findall(r"^```console\n(.*?)^```$", section, re.MULTILINE | re.DOTALL) for line in fence.splitlines()]
    commands: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((line[2:], []))
        else:
            commands[-1][1].append(line)
    return commands


def words(text: str) -> str:
    """A line without the columns' spacing."""
    return " ".join(text.split())


def arguments(command: str) -> Iterator[str]:
    """The command's words; workbooks by their whole paths, patterns as a shell expands them."""
    program, *rest = shlex.split(command)
    assert program == "tracepack"
    for word in rest:
        yield from map(str, sorted(ROOT.glob(word))) if word.startswith("samples/") else [word]


def test_the_stories_are_as_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert os.environ.get("TRACEPACK_LANG", "en") == "en"
    stories = told()
    assert sum(len(lines) for _, lines in stories) >= 15
    for command, lines in stories:
        expected = 1 if " trace OPP-2603" in command else 0  # a mass-balance origin is an open end
        assert cli.run(list(arguments(command))) == expected, command
        said = [words(line) for line in capsys.readouterr().out.splitlines()]
        for line in lines:
            assert words(line) in said, f"{command}: {line}\n" + "\n".join(said)
