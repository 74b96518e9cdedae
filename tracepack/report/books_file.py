"""The mass-balance books as a file."""

from __future__ import annotations

from tracepack.errors import UsageProblem
from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.balance_text import balance_text
from tracepack.report.localised import localised

FORMATS = ("xlsx", "json", "txt")


def render_books(answer: BalanceAnswer, file_format: str, lang: str = "en") -> bytes:
    """The books as xlsx, json or txt.  Raises UsageProblem for another format."""
    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format} is no format of the books", f"use one of {', '.join(FORMATS)}")
    answer = localised(answer, lang)
    if file_format == "json":
        return (answer.model_dump_json(by_alias=True, indent=2) + "\n").encode()
    return (balance_text(answer, lang) + "\n").encode()
