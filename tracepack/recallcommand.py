"""`tracepack recall`."""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracepack.commandoptions import DONE, FOUND_ERRORS, as_of_option, json_option, lang_option
from tracepack.errors import UsageProblem
from tracepack.showing import deliver, format_of, opened, show

FORMATS = ("txt", "pdf", "xlsx", "json")


@click.command("recall", epilog="Example:  tracepack recall --certificate CERT-2031 --from 2026-01-01")
@click.option("--lot", metavar="LOT", help="A lot, delivered or made.")
@click.option("--certificate", metavar="NO", help="All that was delivered under a certificate.")
@click.option("--source", metavar="ID", help="All that came from a feedstock source.")
@click.option("--supplier", metavar="PARTY", help="All that a supplier delivered.")
@click.option("--owner", metavar="PARTY", help="Whose lot or source, where several parties use the number.")
@click.option("--from", "first", metavar="DATE", help="Only what came in on that day (YYYY-MM-DD) or later.")
@click.option("--until", "last", metavar="DATE", help="Only what came in on that day or before.")
@click.option(
    "--drill", is_flag=True, help="A mock recall: a delivered lot forward, a shipped one back, picked by chance; -o writes its minutes."
)
@click.option("--seed", type=int, metavar="NUMBER", help="What chance starts from; default: the last import's number.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="FILE.txt, .pdf, .json or .xlsx: a sheet for each customer."
)
@as_of_option
@json_option
@lang_option
@click.pass_obj
def recall(
    workspace: str, /, as_of: int | None, drill: bool, seed: int | None, output: Path | None, as_json: bool, lang: str, **asked: Any
) -> int:
    """Every lot that holds any of a lot, certificate, source or supplier; who received it, what is in stock, what is missing.

    Name exactly one of --lot, --certificate, --source and --supplier, or try it out with --drill.  Exit code 1
    where it could not be followed everywhere.
    """
    if drill or seed is not None:
        named = {"first": "from", "last": "until"}
        given = next((f"--{named.get(name, name)}" for name, value in asked.items() if value is not None), "")
        if given or not drill:
            raise UsageProblem(f"{given} is no part of a drill" if given else "--seed is for --drill", "a drill picks its lots by chance")
        return _drill(workspace, as_of, seed, output, as_json, lang)
    answer = opened(workspace, as_of).recall(**asked)
    if output is None:
        show(answer, as_json, "recall_text", lang)
    else:
        from tracepack.report.localised import localised
        from tracepack.report.recall_files import render_recall

        deliver(render_recall(localised(answer, lang), format_of(output, FORMATS), lang), output)
    return DONE if answer.complete else FOUND_ERRORS


def _drill(workspace: str, as_of: int | None, seed: int | None, output: Path | None, as_json: bool, lang: str) -> int:
    """`recall --drill`."""
    answer = opened(workspace, as_of).recall_drill(seed)
    if output is None:
        show(answer, as_json, "drill_text", lang)
    else:
        from tracepack.report.drill_document import render_drill
        from tracepack.report.localised import localised

        deliver(render_drill(localised(answer, lang), format_of(output, FORMATS), lang), output)
    return DONE if answer.complete else FOUND_ERRORS
