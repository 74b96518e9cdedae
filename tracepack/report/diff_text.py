"""The answer of `diff` in words."""

from __future__ import annotations

from collections.abc import Iterator

from tracepack import data
from tracepack.report.answers import FigureAnswer, RefAnswer
from tracepack.report.answers_diff import CauseAnswer, CellAnswer, DiffAnswer, EffectAnswer, FigureChange, LotDiff
from tracepack.report.custody_text import model_name
from tracepack.report.table import text_table
from tracepack.report.wording import Wording, visible, wording

#: Cells that a cause shows; `--json` lists them all.
_CELLS_SHOWN = 12
_NO_FIGURE = FigureAnswer(low=None, high=None, evidence="not-applicable")


def diff_text(answer: DiffAnswer, lang: str = "en") -> str:
    """`diff N M [LOT]`: each lot that differs with old and new figures, and the cells behind it."""
    w = wording(lang)
    title = w("diff.title", before=answer.before, after=answer.after)
    blocks = [_lot_block(lot, answer, w) for lot in answer.lots]
    return "\n\n".join([title, *(blocks or [w("diff.nothing")])])


def _lot_block(lot: LotDiff, answer: DiffAnswer, w: Wording) -> str:
    name = visible(f"{lot.number} ({lot.owner})")
    material = visible(lot.material)
    lines = [f"{w(f'diff_status.{lot.status}', lot=name)}  {material}".rstrip()]
    headers = ["", *(w("diff.import", number=number) for number in (answer.before, answer.after)), w("diff.change")]
    lines += text_table(headers, list(_rows(lot, w)), right=(1, 2, 3))
    if lot.causes:
        lines.append(f"  {w('diff.causes')}")
        lines += [line for cause in lot.causes for line in _cause_lines(cause, lot, w)]
    if lot.status == "changed" and any(not cause.tried for cause in lot.causes):
        lines.append(f"  {w('diff.untried')}")
    return "\n".join(lines)


def _rows(lot: LotDiff, w: Wording) -> Iterator[tuple[str, ...]]:
    shown = [c for c in lot.figures if lot.status == "changed" or (c.old or c.new or _NO_FIGURE).low is not None]
    for change in shown:
        yield (figure_name(change.figure, w), _value(change.old, w), _value(change.new, w), _points(change, w))
    if lot.mass_kg is not None:
        known = lot.status != "new", lot.status != "gone"
        masses = zip((lot.mass_kg.old, lot.mass_kg.new), known, strict=True)
        yield (w("diff.mass"), *(w.kg(mass) if there else "" for mass, there in masses), "")
    if (model := lot.chain_of_custody) is not None:
        yield (w("diff.model"), *("" if name is None else model_name(name, w) for name in (model.old, model.new)), "")
    if (truth := lot.complete) is not None:
        yield (w("diff.complete"), *("" if said is None else w("diff.yes" if said else "diff.no") for said in (truth.old, truth.new)), "")


def figure_name(figure: str, w: Wording) -> str:
    """A figure as content answers call it."""
    return w("text.attributed") if figure == "attributed" else w(f"figure.{figure}.name")


def _value(figure: FigureAnswer | None, w: Wording) -> str:
    return "" if figure is None else f"{w.figure(figure)}, {w.term('evidence', figure.evidence)}"


def _points(change: FigureChange, w: Wording) -> str:
    """By how many percentage points each end moved; one number where both moved alike."""
    if change.change_low is None or change.change_high is None:
        return "" if change.old is None or change.new is None else w("diff.not_comparable")
    ends = dict.fromkeys(_signed(end, w) for end in (change.change_low, change.change_high))
    return w("diff.points", points=" / ".join(ends))


def _signed(share: float, w: Wording) -> str:
    text = f"{share * 100:+.2f}"
    return w.number("0" if float(text) == 0 else text.rstrip("0").rstrip("."))


def _cause_lines(cause: CauseAnswer, lot: LotDiff, w: Wording) -> Iterator[str]:
    key = visible(" ".join(cause.key))
    yield f"  - {w(f'diff.{cause.action}', sheet=cause.sheet, key=key, old=cause.old_import, new=cause.new_import)}"
    lines = [_cell_text(cause.sheet, cell, w) for cell in cause.cells] if cause.action == "changed" else [_rows_text(cause, w)]
    if len(lines) > _CELLS_SHOWN:
        lines[_CELLS_SHOWN:] = [w("text.and_more", count=len(lines) - _CELLS_SHOWN)]
    yield from (f"      {line}" for line in [*lines, *_effect_lines(cause, lot, w)])


def _effect_lines(cause: CauseAnswer, lot: LotDiff, w: Wording) -> list[str]:
    """What a cause does, in one line where it does it all."""
    changes = {change.figure: change for change in lot.figures}
    if changes and {effect.figure: effect.alone for effect in cause.effects} == {name: change.new for name, change in changes.items()}:
        return [w("diff.all")]
    return [_effect_text(effect, changes[effect.figure].old, w) for effect in cause.effects]


def _rows_text(cause: CauseAnswer, w: Wording) -> str:
    """Where the rows of what came or went stand: a cell of each."""
    refs = [ref for cell in cause.cells if (ref := cell.new_ref or cell.old_ref) is not None]
    firsts = {(ref.file, ref.sheet, ref.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")): ref for ref in reversed(refs)}
    places = [f"{ref.file} {ref.sheet}!{ref.cell}" for ref in reversed(firsts.values())]
    more = [w("text.and_more", count=len(places) - _CELLS_SHOWN)] if len(places) > _CELLS_SHOWN else []
    return w("diff.rows", places=", ".join([*map(visible, places[:_CELLS_SHOWN]), *more]))


def _effect_text(effect: EffectAnswer, old: FigureAnswer | None, w: Wording) -> str:
    figure = figure_name(effect.figure, w)
    if effect.alone == old:
        return w("diff.together", figure=figure, value=w.figure(effect.without))
    return w("diff.alone", figure=figure, value=w.figure(effect.alone))


def _cell_text(sheet: str, cell: CellAnswer, w: Wording) -> str:
    header = data.layout().sheets[sheet].column(cell.field).header
    old, new = (_with_place(text, ref, w) for text, ref in ((cell.old, cell.old_ref), (cell.new, cell.new_ref)))
    return w("diff.cell", field=header, old=old, new=new)


def _with_place(text: str, ref: RefAnswer | None, w: Wording) -> str:
    shown = visible(text) or w("diff.blank")
    return shown if ref is None else f"{shown} [{visible(ref.file)} {visible(ref.sheet)}!{ref.cell}]"
