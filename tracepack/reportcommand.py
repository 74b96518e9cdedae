"""What `report` does with several lots or with shipments: a file each into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracepack.errors import UsageProblem
from tracepack.progress import ProgressLine
from tracepack.showing import say, show

if TYPE_CHECKING:
    from tracepack.workspace import Workspace


def write_many(
    where: Workspace,
    lots: Sequence[str],
    owner: str | None,
    shipments: Sequence[str],
    days: str | None,
    output: Path | None,
    file_format: str,
    schemes: tuple[str, ...],
    as_json: bool,
    lang: str,
) -> None:
    """Write the reports and say where they are; with ``as_json`` also which file is whose."""
    if bool(lots) == bool(shipments or days):
        raise UsageProblem("name either lots or shipments", "LOT ..., --shipment NO, or --shipments 2026-01-01..2026-03-31 (or all)")
    if output is None:
        raise UsageProblem("several reports need a folder", "-o FOLDER")
    if output.is_file() or (output.suffix and not output.is_dir()):
        raise UsageProblem(f"{output} is no folder, and several reports are asked for", "-o FOLDER, and --format for the kind of file")
    told_in = lang.partition(",")[0]
    with ProgressLine(told_in) as progress:
        answer = where.reports(
            output, lots, owner=owner, shipments=shipments, days=days, format=file_format, lang=lang, schemes=schemes, progress=progress
        )
    if as_json:
        show(answer, True, "", told_in)
    say(f"Wrote {len(answer.reports)} reports into {output}; index.json says which is whose.")
