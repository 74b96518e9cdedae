"""Findings as the command line shows them: where, what stands there, what was expected, what to do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from tracepack.core.findings import SourceRef
from tracepack.report.answers import FindingAnswer
from tracepack.report.wording import Wording, visible, wording

#: Cells a finding lists before it only counts the rest.
SHOWN_CELLS = 20


def findings_text(findings: Sequence[FindingAnswer], lang: str = "en") -> str:
    """Findings in the order given, a blank line between two; the same cause in one column is shown once with its cells.

    Returns "" for no findings.
    """
    w = wording(lang)
    groups: dict[tuple[str, ...], list[FindingAnswer]] = {}
    for finding in findings:
        groups.setdefault(_cause(finding), []).append(finding)
    return "\n\n".join("\n".join(_finding_lines(group, w)) for group in groups.values())


def _cause(finding: FindingAnswer) -> tuple[str, ...]:
    first = finding.refs[0] if finding.refs else None
    column = (first.file, first.sheet, re.sub(r"\d+$", "", first.cell)) if first else ("", "", "")
    return finding.severity, finding.name, finding.message, finding.hint, *column


def _finding_lines(group: Sequence[FindingAnswer], w: Wording) -> list[str]:
    finding = group[0]
    refs = list(dict.fromkeys(itertools.chain.from_iterable(f.refs for f in group)))
    place = f"   {_place(refs[0])}" if refs else ""
    lines = [f"{w.term('severity', finding.severity)}: {finding.name}{place}"]
    lines += _excerpt_lines(finding, refs)
    lines += [f"  {_further(refs, w)}"] if len(refs) > 1 else []
    lines += [visible(line) for line in finding.message.splitlines()]
    return [*lines, w("text.hint", hint=visible(finding.hint))] if finding.hint else lines


def _excerpt_lines(finding: FindingAnswer, refs: Sequence[SourceRef]) -> list[str]:
    """What stands in the first cell, with the cell's name before it unless the excerpt brings it."""
    if not finding.excerpt:
        return []
    cell = refs[0].cell if refs else ""
    named = not cell or finding.excerpt.split(maxsplit=1)[0] == cell
    text = finding.excerpt if named else f"{cell}  {finding.excerpt}"
    return [f"  {visible(line)}" for line in text.splitlines()]


def _further(refs: Sequence[SourceRef], w: Wording) -> str:
    first, *others = refs
    shown = others[: SHOWN_CELLS - 1]
    places = [ref.cell if (ref.file, ref.sheet) == (first.file, first.sheet) and ref.cell else _place(ref) for ref in shown]
    if len(others) > len(shown):
        places.append(w("text.and_more", count=len(others) - len(shown)))
    return f"{w('text.also_at', places=visible(', '.join(places)))}; {w('text.count_in_all', count=len(refs))}"


def _place(ref: SourceRef) -> str:
    cell = "!".join(part for part in (ref.sheet, ref.cell) if part)
    return visible(f"{ref.file}  {cell}" if cell else ref.file)
