"""What every command does at the border: open the workspace, print an answer or deliver a document, talk to stderr."""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed
from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracepack.documents import write_atomically
from tracepack.errors import UsageProblem

if TYPE_CHECKING:
    from tracepack.report.answers import Model
    from tracepack.workspace import Workspace


def opened(workspace: str, as_of: int | None = None) -> Workspace:
    """The workspace that -w names, as it is known now or was known after an import."""
    from tracepack.workspace import Workspace

    where = Workspace.open(workspace)
    return where if as_of is None else where.at(as_of)


def say(text: str) -> None:
    """Talk: to stderr, so that stdout holds documents and answers only."""
    click.echo(text, err=True)


def show(answer: Model, as_json: bool, text: str, lang: str, *, summary: bool = False) -> None:
    """Print an answer, as JSON or by the function of that name in report.text; a ``summary`` of what was done is talk."""
    from tracepack.report.localised import localised

    answer = localised(answer, lang)
    if as_json:
        click.echo(answer.model_dump_json(by_alias=True, indent=2))
        return
    from tracepack.report import text as wording

    words: Callable[..., str] = getattr(wording, text)
    click.echo(words(answer, lang), err=summary)


def format_of(output: Path | None, formats: Sequence[str]) -> str:
    """A document's format by the file's ending; the first where there is no file."""
    if output is None:
        return formats[0]
    ending = output.suffix.removeprefix(".").casefold()
    if ending not in formats:
        raise UsageProblem(f"{output.name} has none of the endings {', '.join('.' + known for known in formats)}")
    return ending


def deliver(document: bytes, output: Path | None) -> None:
    """Write a document to a file, or to stdout."""
    if output is None:
        sys.stdout.buffer.write(document)
        return
    write_atomically(output, document)
    say(f"Wrote {output}.")
