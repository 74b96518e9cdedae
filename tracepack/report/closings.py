"""From closed balance periods to their published answer."""

from __future__ import annotations

from tracepack.core.closing import Closing
from tracepack.report.answers import ClosingAnswer


def closing_answer(closing: Closing) -> ClosingAnswer:
    """A closed period, its digest under the name of its method."""
    return ClosingAnswer(
        number=closing.number,
        as_known_after_import=closing.known_after,
        site=closing.site,
        period=closing.period,
        start=closing.start.isoformat(),
        end=closing.end.isoformat(),
        sha256=closing.digest,
    )
