"""What the command `balance` does: show the books, write them to a file, or close a period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracepack.errors import UsageProblem
from tracepack.showing import deliver, format_of, show

if TYPE_CHECKING:
    from tracepack.workspace import Workspace

FORMATS = ("txt", "xlsx", "json")


def balance_or_close(
    where: Workspace,
    site: str | None,
    period: str | None,
    on: str | None,
    closing: str | None,
    output: Path | None,
    as_json: bool,
    lang: str,
) -> bool:
    """Carry the command out; True where the books have an error."""
    if closing is not None:
        if period is not None or output is not None or on is not None:
            raise UsageProblem("--close goes with --site only", "close the period first, then ask for its books")
        show(where.close_period(closing, site=site), as_json, "closing_text", lang)
        return False
    if output is None:
        answer = where.balance(site, period=period, on=on)
        show(answer, as_json, "balance_text", lang)
    elif on is not None:
        raise UsageProblem("--on goes with the answer on the screen or --json", "leave out -o")
    else:
        answer, document = where.books(format_of(output, FORMATS), site=site, period=period, lang=lang)
        deliver(document, output)
    return any(finding.severity == "error" for finding in answer.findings)
