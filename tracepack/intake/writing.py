"""Workbooks written so that the same content gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from openpyxl import Workbook

#: No file of ours carries the time it was written: the earliest time that a zip can hold.
EPOCH = dt.datetime(1980, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def fixed_bytes(book: Workbook) -> bytes:
    """The workbook's bytes without the time at which they were written."""
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _without_save_time(content)
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _without_save_time(core: bytes) -> bytes:
    """The writer stamps the time of saving over ours; take it out again."""
    before, found, rest = core.partition(b"<dcterms:modified")
    if not found:
        return core
    opening, _, rest = rest.partition(b">")
    _, _, after = rest.partition(b"<")
    return before + found + opening + b">" + EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + b"<" + after
