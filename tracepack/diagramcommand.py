"""The command that draws: a lot's lineage up or down, folded to what a page holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracepack.commandoptions import as_of_option, lang_option, owner_option
from tracepack.showing import deliver, format_of, opened, say

if TYPE_CHECKING:
    from tracepack.report.diagram import By

FORMATS = ("svg", "pdf", "png", "dot")
BY = ("content", "mass", "origin", "custody")
#: So many folds are listed on stderr; the picture names all.
_LISTED = 12


@click.command("diagram", epilog="Example:  tracepack diagram FILM-2026-031 -o lineage.svg")
@click.argument("lot")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="FILE.svg, .pdf, .png or .dot; default SVG to stdout."
)
@click.option("--up", "direction", flag_value="up", default=True, help="What LOT was made from (the default).")
@click.option("--down", "direction", flag_value="down", help="What was made from LOT, and who received it.")
@click.option("--unfold", multiple=True, metavar="NAME", help="Open the box that holds many and shows this name; repeatable.")
@click.option("--all", "whole", is_flag=True, help="Fold nothing, however many lots there are.")
@click.option("--depth", type=click.IntRange(min=0), metavar="RUNS", help="Only so many runs away from LOT; the rest is one grey box.")
@click.option(
    "--by",
    type=click.Choice(BY),
    default="content",
    show_default=True,
    help="What colours and labels the lots: bio-based content, mass, feedstock and country, or chain of custody.",
)
@owner_option
@as_of_option
@lang_option
@click.pass_obj
def diagram(
    workspace: str,
    lot: str,
    output: Path | None,
    direction: str,
    unfold: tuple[str, ...],
    whole: bool,
    depth: int | None,
    by: By,
    owner: str | None,
    as_of: int | None,
    lang: str,
) -> None:
    """Draw where LOT comes from, feedstock sources on the left and LOT on the right; with --down where it went.

    Above 60 boxes it folds: lots of one material and supplier, runs of one kind and week, and long chains become
    one box with their count, mass and bounds.  What is shown and the grey remainder always add up to the whole.
    """
    file_format = format_of(output, FORMATS)
    picture = opened(workspace, as_of).picture(
        lot, format=file_format, owner=owner, lang=lang, down=direction == "down", unfold=unfold, whole=whole, depth=depth, by=by
    )
    deliver(picture.document, output)
    for fold in picture.folds[:_LISTED]:
        say(f"--unfold {fold.name}  {fold.says}")
    if len(picture.folds) > _LISTED:
        say(f"... and {len(picture.folds) - _LISTED} more, named in the picture")
