"""The commands about lots: what a lot is made of, where it came from, what is wrong with it, and the documents about it."""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed
from __future__ import annotations

from pathlib import Path

import click

from tracepack.commandoptions import DONE, FOUND_ERRORS, as_of_option, json_option, lang_option, languages_option, owner_option
from tracepack.showing import deliver, format_of, opened, show

REPORT_FORMATS = ("md", "html", "pdf", "xlsx", "json")


@click.command("content", epilog="Example:  tracepack content FILM-2026-031 --json")
@click.argument("lot")
@owner_option
@as_of_option
@click.option("--on", metavar="DATE", help="State of a running pool on that day (YYYY-MM-DD); default: the span of all its states.")
@json_option
@lang_option
@click.pass_obj
def content(workspace: str, lot: str, owner: str | None, as_of: int | None, on: str | None, as_json: bool, lang: str) -> None:
    """The content figures of LOT with their bounds and evidence, and its origins."""
    show(opened(workspace, as_of).content(lot, owner=owner, on=on), as_json, "content_text", lang)


@click.command("trace", epilog="Example:  tracepack trace FILM-2026-031 --up")
@click.argument("lot")
@click.option("--up", "direction", flag_value="up", default=True, help="To what it was made from (the default).")
@click.option("--down", "direction", flag_value="down", help="To what was made from it and who received it.")
@owner_option
@as_of_option
@json_option
@lang_option
@click.pass_obj
def trace(workspace: str, lot: str, direction: str, owner: str | None, as_of: int | None, as_json: bool, lang: str) -> int:
    """The lineage of LOT as a tree, with the mass on every link.  Exit code 1 where it is not complete."""
    answer = opened(workspace, as_of).trace(lot, owner=owner, direction=direction)
    show(answer, as_json, "trace_text", lang)
    return DONE if answer.complete else FOUND_ERRORS


@click.command("check", epilog="Example:  tracepack check FILM-2026-031")
@click.argument("lot", required=False)
@owner_option
@as_of_option
@json_option
@lang_option
@click.pass_obj
def check(workspace: str, lot: str | None, owner: str | None, as_of: int | None, as_json: bool, lang: str) -> int:
    """The audit tests, over everything or over the lineage of LOT.  Exit code 1 where one finds an error."""
    answer = opened(workspace, as_of).check(lot, owner=owner)
    show(answer, as_json, "check_text", lang)
    return FOUND_ERRORS if any(finding.severity == "error" for finding in answer.findings) else DONE


@click.command("report", epilog="Example:  tracepack report FILM-2026-031 --lang de -o report.html")
@click.argument("lots", nargs=-1, metavar="LOT...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="FILE.pdf, .html, .xlsx, .md or .json; default Markdown to stdout.  A folder for several lots or for shipments.",
)
@click.option("--shipment", "shipments", multiple=True, metavar="NO", help="Reports of the lots of that shipment; repeatable.")
@click.option("--shipments", "days", metavar="DAYS", help="Of all shipments of 2026-01-01..2026-03-31 (either end may be open), or all.")
@click.option("--format", "file_format", type=click.Choice(REPORT_FORMATS), help="Of files in a folder; default html.")
@owner_option
@as_of_option
@languages_option
@click.option("--json", "as_json", is_flag=True, help="The report as JSON, as with -o FILE.json.")
@click.option(
    "--scheme",
    "schemes",
    multiple=True,
    metavar="NAME",
    help="Judge by that scheme, and say what would narrow it (NAME: CATEGORY where it has some); repeatable; default: all of content.",
)
@click.pass_obj
def report(
    workspace: str,
    lots: tuple[str, ...],
    shipments: tuple[str, ...],
    days: str | None,
    file_format: str | None,
    output: Path | None,
    owner: str | None,
    as_of: int | None,
    lang: str,
    as_json: bool,
    schemes: tuple[str, ...],
) -> None:
    """Write the traceability report of LOT; of several lots, or of shipments, one each into a folder."""
    where = opened(workspace, as_of)
    if len(lots) == 1 and not shipments and days is None and not (output and output.is_dir()):
        chosen = "json" if as_json else format_of(output, REPORT_FORMATS) if output else file_format or REPORT_FORMATS[0]
        deliver(where.report(lots[0], format=chosen, owner=owner, lang=lang, schemes=schemes), output)
        return
    from tracepack.reportcommand import write_many

    write_many(where, lots, owner, shipments, days, output, file_format or "html", schemes, as_json, lang)


@click.command("diff", epilog="Example:  tracepack diff 3 4 FILM-2026-031")
@click.argument("before", type=int, metavar="IMPORT")
@click.argument("after", type=int, metavar="IMPORT")
@click.argument("lot", required=False)
@owner_option
@json_option
@lang_option
@click.pass_obj
def diff(workspace: str, before: int, after: int, lot: str | None, owner: str | None, as_json: bool, lang: str) -> None:
    """What changed between two imports: which figures of LOT, or of every lot, by how much, and which cells caused it."""
    show(opened(workspace).diff(before, after, lot, owner=owner), as_json, "diff_text", lang)
