"""`verify` as plain text."""

from __future__ import annotations

from tracepack.report.answers_verify import FigureCheck, VerifyAnswer
from tracepack.report.wording import Wording, visible, wording


def verify_text(answer: VerifyAnswer, lang: str = "en") -> str:
    """The verdict, how far it reaches, the figures, and what differs; lines without a last newline."""
    words = wording(lang)
    verdict = words("verify.agrees") if answer.agrees else words("verify.differs", count=len(answer.differences))
    lines = [
        f"{verdict}  {answer.lot} ({answer.owner})",
        words(f"verify.level.{answer.level}", files=answer.files, imports=answer.imports, hidden=answer.commitments, opened=answer.opened),
        words(f"verify.signature.{answer.signature}"),
    ]
    lines += [_figure(figure, words) for figure in answer.figures]
    if answer.unconfirmed:
        lines += [words("verify.unconfirmed"), *(f"  {text}" for text in answer.unconfirmed)]
    lines += [words("verify.difference", what=d.what, there=d.there, here=d.here) for d in answer.differences]
    return "\n".join(visible(line) for line in lines)


def _figure(figure: FigureCheck, words: Wording) -> str:
    low, high = figure.there or (None, None)
    name = words("text.attributed" if figure.figure == "attributed" else f"figure.{figure.figure}.name")
    return f"  {name}: {words.span(low, high)} - {words(f'verify.second.{figure.second}')}"
