"""A supplier's own workbook given back with what is wrong: cells coloured and commented, every correction in a list of links.

Only files that the guarded reader has accepted come here.  Workbooks in .xlsx and .xlsm keep their sheets and styles; of
every other format, and of what cannot be opened for writing within limits, a copy of the values is made.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils.cell import coordinate_to_tuple

from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.core.limits import DEFAULT_LIMITS, Limits
from tracepack.core.numerals import PercentNumber
from tracepack.data import read_toml
from tracepack.data.speech import say_in
from tracepack.intake.celltext import show
from tracepack.intake.correctionlist import COLUMNS
from tracepack.intake.marks import Correction, Mark, Marking, copy_of_values, mark_book
from tracepack.intake.workbook import Content, Fault, Workbook

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
#: Writing takes more time and memory than reading, which the limits are for; a workbook of few cells needs little of either.
_MORE_TIME, _MORE_MEMORY = 20, 3
_LEAST_SECONDS, _CELLS_A_SECOND = 10, 10_000
_LEAST_MB, _CELLS_A_MB = 500, 800
#: Cells in merged ranges, above which a workbook is not opened for writing: each would become an object.
MOST_MERGED = 1_000_000


@dataclass(frozen=True, slots=True)
class Annotated:
    """An annotated workbook: its bytes, how many errors and warnings it lists, whether it is the original or a copy of its values."""

    data: bytes
    errors: int
    warnings: int
    original: bool


def annotate(workbook: Workbook, findings: Sequence[Finding], lang: str, limits: Limits = DEFAULT_LIMITS) -> Annotated:
    """The file with its findings marked, in "en", "zh" or "de"; the same input gives the same bytes."""
    marking = marking_of(workbook, findings, lang)
    made = _in_place(workbook, marking, limits)
    original = made is not None
    if made is None:
        book, names = copy_of_values(workbook)
        marking = dataclasses.replace(marking, remark=marking.words["copy"])
        made = mark_book(book, names, marking)
    counted = [c.severity for c in marking.corrections]
    return Annotated(made, counted.count("error"), counted.count("warning"), original)


def marking_of(workbook: Workbook, findings: Sequence[Finding], lang: str) -> Marking:
    """What is to be marked, in the order of the list: errors first, then by place.

    Every cell of every finding is marked; only errors and warnings are corrections, notes need none.  What is known of the
    supplier's world, and columns that we do not read, are ours to deal with.
    """
    ours = read_toml("wording/annotate.toml")["ours"]
    words: dict[str, str] = read_toml("wording/annotate.toml")[lang]
    sheets = {sheet.name: (number, sheet) for number, sheet in enumerate(workbook.sheets)}
    marks: dict[Mark, None] = {}
    corrections: dict[Correction, tuple[object, ...]] = {}
    for finding in (f for f in findings if f.name not in ours):
        message, hint, severity = say_in(finding.message, lang), say_in(finding.hint, lang), finding.severity.value
        comment = _comment(words, severity, message, hint)
        for ref in (ref for ref in finding.refs if ref.sha256 == workbook.sha256):
            number, sheet = sheets.get(ref.sheet, (len(sheets), None))
            row, column = _place(ref)
            if ref.cell and sheet:
                marks[Mark(ref.sheet, ref.cell, severity, comment)] = None
            if finding.severity is not Severity.NOTE:
                holds = _shown(sheet.rows.get(row, {}).get(column)) if sheet else ""
                correction = Correction(severity, ref.sheet, ref.cell, holds, message, hint)
                corrections[correction] = (_ORDER.index(finding.severity), number, row, column, finding.name)
    ordered = sorted(corrections, key=lambda correction: corrections[correction])
    return Marking(words, tuple(marks), tuple(ordered))


def _comment(words: dict[str, str], severity: str, message: str, hint: str) -> str:
    return f"{words[severity]}: {message}" + (f"\n{words['do']}: {hint}" if hint else "")


def _place(ref: SourceRef) -> tuple[int, int]:
    """Row and column of a reference; 0, 0 for a whole sheet or file."""
    return coordinate_to_tuple(ref.cell) if ref.cell else (0, 0)


def _shown(content: Content | None) -> str:
    """What a cell holds, as a person sees it."""
    if content is None:
        return ""
    if isinstance(content, Fault):
        return content.code
    return f"{show(content)} %" if isinstance(content, PercentNumber) else show(content)


def _in_place(workbook: Workbook, marking: Marking, limits: Limits) -> bytes | None:
    """The original with its marks; None where it is of another format or cannot be opened and written within limits.

    A process of its own does it: what is no danger to our reader may still be one to the writer, which opens every part.
    """
    merged = sum((bottom - top + 1) * (right - left + 1) for sheet in workbook.sheets for top, left, bottom, right in sheet.merged)
    if not workbook.data.startswith(b"PK") or merged > MOST_MERGED:
        return None
    cells = sum(len(row) for sheet in workbook.sheets for row in sheet.rows.values()) + len(COLUMNS) * len(marking.corrections)
    seconds = min(_LEAST_SECONDS + cells // _CELLS_A_SECOND, _MORE_TIME * limits.reading_seconds)
    memory = min(_LEAST_MB + cells // _CELLS_A_MB, _MORE_MEMORY * limits.reading_memory_mb)
    command = [sys.executable, "-P", "-m", "tracepack.intake.markchild", str(memory), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    told = json.dumps({"sheets": [sheet.name for sheet in workbook.sheets], "marking": dataclasses.asdict(marking)})
    sent = told.encode() + b"\n" + workbook.data
    try:
        done = subprocess.run(command, input=sent, capture_output=True, timeout=3 * seconds, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"PK") else None
