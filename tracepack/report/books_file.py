"""The mass-balance books as a file."""

from __future__ import annotations

from tracepack.core.bookaudit import BookAudit
from tracepack.errors import UsageProblem
from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.balance_text import balance_text
from tracepack.report.localised import localised
from tracepack.report.xlsx_books import books_to_xlsx

FORMATS = ("txt", "xlsx", "json")


def render_books(answer: BalanceAnswer, audit: BookAudit, file_format: str, lang: str = "en") -> bytes:
    """The books that ``answer`` publishes of ``audit`` as xlsx, json or txt.  Raises UsageProblem for another format."""
    answer = localised(answer, lang)
    match file_format:
        case "xlsx":
            return books_to_xlsx(answer, audit, lang)
        case "json":
            return (answer.model_dump_json(by_alias=True, indent=2) + "\n").encode()
        case "txt":
            return (balance_text(answer, lang) + "\n").encode()
    raise UsageProblem(f"{file_format} is no format of the books", f"use one of {', '.join(FORMATS)}")
