"""The chain-of-custody model of a lot in words."""

from __future__ import annotations

from tracepack.data.speech import choice_in
from tracepack.report.answers import CustodyAnswer, LeaningAnswer
from tracepack.report.wording import Wording, visible

#: Cells that a text shows; `--json` has them all.
_CELLS_SHOWN = 4


def model_name(model: str, w: Wording) -> str:
    """A model as the language's workbooks call it; "none" in words."""
    return w("custody.uncertified") if model == "none" else choice_in("chain_of_custody", model, w.lang)


def custody_title(answer: CustodyAnswer, w: Wording) -> str:
    """The model and its scheme in one line."""
    model = model_name(answer.model, w)
    return f"{w('custody.title')}: {model}" + (f" ({visible(answer.scheme)})" if answer.scheme and answer.model != "none" else "")


def custody_facts(answer: CustodyAnswer, w: Wording) -> list[str]:
    """What set the model, up to what share it may be claimed, and what it leans on; one sentence each."""
    link = answer.link
    name = visible(f"{link.number} ({link.owner})" if link.owner else link.number)
    place = w(f"custody_link.{link.kind}", name=name)
    when = w("custody.on", place=place, date=link.date) if link.date else place
    lines = [w("custody.set_by", place=when, reason=w(f"custody_reason.{link.reason}"))]
    if answer.certified_high is not None:
        lines.append(w("custody.share", share=w.span(answer.certified_low, answer.certified_high)))
    if answer.attributed_high:
        lines.append(w("custody.up_to", share=w.span(answer.attributed_low, answer.attributed_high)))
    elif answer.model == "mass balance" and answer.link.kind != "attribution":
        lines.append(w("custody.nothing_attributed"))
    others = [f"{visible(other.scheme)}: {model_name(other.model, w)}" for other in answer.by_scheme if other.scheme != answer.scheme]
    if others:
        lines.append(w("custody.by_scheme", models=", ".join(others)))
    return [*lines, *(_leaning(lean, w) for lean in answer.leans_on)]


def _leaning(lean: LeaningAnswer, w: Wording) -> str:
    what = w(f"custody_leans.{lean.name}")
    return w("custody.unconfirmed", what=what) if lean.status == "unconfirmed" else w("custody.assumed", what=what)


def custody_cells(answer: CustodyAnswer) -> list[str]:
    """The first cells that say so."""
    return [visible(f"{ref.file}  {ref.sheet}!{ref.cell}") for ref in answer.refs[:_CELLS_SHOWN]]


def custody_lines(answer: CustodyAnswer | None, w: Wording) -> list[str]:
    """The block of `content` and `trace`; no lines where the model was not asked for."""
    if answer is None:
        return []
    facts = (f"  {line}" for line in custody_facts(answer, w))
    return [custody_title(answer, w), *facts, *(f"    {cell}" for cell in custody_cells(answer))]
