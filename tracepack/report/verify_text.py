"""`verify` as plain text."""

from __future__ import annotations

from tracepack.report.answers_verify import FigureCheck, TableCheck, VerifyAnswer
from tracepack.report.wording import Wording, visible, wording

#: What holds a figure, by the level: the second algorithm, the sums that a page lays out, or nothing.
_BY = {"originals": "second", "dossier": "sums", "commitments": "stated"}


def verify_text(answer: VerifyAnswer, lang: str = "en") -> str:
    """The verdict, how far it reaches, the figures, and what differs; lines without a last newline."""
    words = wording(lang)
    verdict = words("verify.agrees") if answer.agrees else words("verify.differs", count=len(answer.differences) + answer.not_listed)
    lines = [
        f"{verdict}  {answer.lot} ({answer.owner})",
        words(f"verify.level.{answer.level}", files=answer.files, imports=answer.imports, hidden=answer.commitments, opened=answer.opened),
        words(f"verify.signature.{answer.signature}"),
    ]
    lines += [_figure(figure, _BY[answer.level], words) for figure in answer.figures]
    lines += [_table(table, words) for table in answer.tables if table.entries]
    if answer.unconfirmed:
        lines += [words("verify.unconfirmed"), *(f"  {text}" for text in answer.unconfirmed)]
    lines += [words("verify.difference", what=d.what, there=d.there, here=d.here) for d in answer.differences]
    if answer.not_listed:
        lines.append(words("verify.more", count=answer.not_listed))
    return "\n".join(visible(line) for line in lines)


def _figure(figure: FigureCheck, by: str, words: Wording) -> str:
    low, high = figure.there or (None, None)
    name = words("text.attributed" if figure.figure == "attributed" else f"figure.{figure.figure}.name")
    return f"  {name}: {words.span(low, high)} - {words(f'verify.{by}.{figure.second}')}"


def _table(table: TableCheck, words: Wording) -> str:
    return f"  {words(f'verify.table.{table.table}', count=table.entries)} - {words(f'verify.second.{table.second}')}"
