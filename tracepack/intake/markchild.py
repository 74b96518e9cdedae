"""The writer of annotated workbooks, as a program of its own: a line of JSON and the file on stdin, the workbook on stdout.

It opens every part of a file that somebody sent, so it runs in a process with limits (`annotate` starts it).  It fails where
it does not see every sheet that the guarded reader saw.

Arguments: memory in megabytes, seconds of work.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
import zipfile

from tracepack.intake.processlimits import limit_process


def main() -> int:
    """Read stdin, write the workbook to stdout; exit code 1 where that cannot be done."""
    memory, seconds = map(int, sys.argv[1:3])
    limit_process(memory * 2**20, seconds)
    told = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        made = _marked(data, told)
    except Exception:  # whatever it is, the file is not for this writer; the parent makes a copy of the values
        return 1
    sys.stdout.buffer.write(made)
    return 0


def _marked(data: bytes, told: dict[str, object]) -> bytes:
    import openpyxl  # noqa: PLC0415  (under the limits)

    from tracepack.intake.marks import Marking, clean_book, mark_book  # noqa: PLC0415

    marking = Marking.from_json(told["marking"])
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    with warnings.catch_warnings(record=True) as lost:
        warnings.simplefilter("always")
        macros = any(name.endswith("vbaProject.bin") for name in names)
        book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=macros, rich_text=True)
    sheets = told["sheets"]
    assert isinstance(sheets, list)
    if not {str(name) for name in sheets} <= {sheet.title for sheet in book.worksheets}:
        raise ValueError("some sheets were not seen")
    if lost or any(name.startswith(("xl/charts/", "xl/media/", "xl/diagrams/", "xl/ctrlProps/")) for name in names):
        marking = marking.with_remark("drawings")
    clean_book(book)
    return mark_book(book, {name: name for name in sheets}, marking)


if __name__ == "__main__":
    sys.exit(main())
