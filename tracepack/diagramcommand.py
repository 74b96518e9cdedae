"""The command that draws: a lot's lineage up or down, folded to what a page holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracepack.commandoptions import as_of_option, lang_option, owner_option
from tracepack.errors import UsageProblem
from tracepack.showing import deliver, format_of, opened, say

if TYPE_CHECKING:
    from tracepack.report.diagram import By, Kind

FORMATS = ("svg", "pdf", "png", "dot")
KINDS = ("lineage", "flow", "layers")
BY = ("content", "mass", "origin", "custody")
#: So many folds are listed on stderr; the picture names all.
_LISTED = 12


@click.command("diagram", epilog="Example:  tracepack diagram FILM-2026-031 -o lineage.svg")
@click.argument("lot")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="FILE.svg, .pdf, .png or .dot; default SVG to stdout."
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="lineage",
    show_default=True,
    help="What is drawn: the lineage; the flow of bio-based mass, ribbons to scale; or the layers of a film.",
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
    kind: Kind,
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

    --kind flow draws the bio-based mass from its sources to LOT, --kind layers the cross-sections of what LOT was laid
    together from.

    Above 60 boxes, and where A3 would be too small, it folds: lots of one material and supplier, runs of one kind and
    week, and long chains become one box with their count, mass and bounds.  What is shown and the grey remainder always
    add up to the whole.
    """
    file_format = format_of(output, FORMATS)
    asked = {"--down": direction == "down", "--unfold": unfold, "--all": whole, "--depth": depth is not None, "--by": by != "content"}
    given = [name for name, value in asked.items() if value]
    if kind != "lineage" and given:
        raise UsageProblem(f"{given[0]} is for lineages, and {kind} is asked for", "leave it out, or leave out --kind")
    picture = opened(workspace, as_of).picture(
        lot, format=file_format, owner=owner, lang=lang, down=direction == "down", unfold=unfold, whole=whole, depth=depth, by=by, kind=kind
    )
    deliver(picture.document, output)
    for fold in picture.folds[:_LISTED]:
        say(f"--unfold {fold.name}  {fold.says}")
    if len(picture.folds) > _LISTED:
        say(f"... and {len(picture.folds) - _LISTED} more, named in the picture")
