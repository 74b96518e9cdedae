"""From two states of lots to the answer of `diff`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracepack.core.changes import CellChange, Change, cells_of
from tracepack.core.content import LotContent
from tracepack.core.figures import Figure
from tracepack.core.ledger import LotKey
from tracepack.core.quantity import kg_text
from tracepack.report.answers import ref_answer
from tracepack.report.answers_diff import CauseAnswer, CellAnswer, EffectAnswer, FigureChange, LotDiff, TextChange, TruthChange
from tracepack.report.build import figure_answer
from tracepack.report.cells import value_text

#: Two reckonings of one figure may end this far apart by the order of their sums.
_NOISE = 2e-9


@dataclass(frozen=True, slots=True)
class LotState:
    """What `diff` compares of a lot: its figures by name (the attributed share among them), mass, model and completeness."""

    material: str
    figures: Mapping[str, Figure]
    mass_kg: str | None
    model: str
    complete: bool

    @classmethod
    def of(cls, content: LotContent, model: str, complete: bool) -> LotState:
        """The state of a lot, from its content, its chain-of-custody model and whether its trace is complete."""
        mass = None if content.mass_mg is None else kg_text(content.mass_mg)
        return cls(content.material, content.figures, mass, model, complete)

    @staticmethod
    def differ(one: LotState | None, other: LotState | None) -> bool:
        """Whether two states say different things; None is a state that does not know the lot."""
        if one is None or other is None:
            return one is not other
        rest = [(state.mass_kg, state.model, state.complete) for state in (one, other)]
        return rest[0] != rest[1] or any(_unlike(one.figures[name], other.figures[name]) for name in one.figures)


@dataclass(frozen=True, slots=True)
class Cause:
    """A change behind a lot's difference; the lot's state had only this changed, and had all but this, where it was tried."""

    change: Change
    tried: bool = False
    alone: LotState | None = None
    without: LotState | None = None

    def acts_between(self, old: LotState | None, new: LotState | None) -> bool:
        """Whether it moves anything of the lot, alone or as one of several; what was not tried may."""
        return not self.tried or LotState.differ(old, self.alone) or LotState.differ(new, self.without)


def lot_diff(lot: LotKey, old: LotState | None, new: LotState | None, causes: Sequence[Cause]) -> LotDiff:
    """What changed of a lot that differs, and why."""
    names = list((new or old or _NOTHING).figures)
    figures = [_figure_change(name, old, new) for name in names if _moved(name, old, new)]
    acting = [cause for cause in causes if cause.acts_between(old, new)]
    return LotDiff(
        owner=lot.owner,
        number=lot.number,
        material=(new or old or _NOTHING).material,
        status="new" if old is None else "gone" if new is None else "changed",
        figures=figures,
        mass_kg=_text_change(None if old is None else old.mass_kg, None if new is None else new.mass_kg),
        chain_of_custody=_text_change(None if old is None else old.model, None if new is None else new.model),
        complete=_truth_change(None if old is None else old.complete, None if new is None else new.complete),
        causes=[_cause(cause, [f.figure for f in figures], old, new) for cause in acting or causes],
    )


_NOTHING = LotState("", {}, None, "", False)


def _unlike(one: Figure, other: Figure) -> bool:
    if one.evidence != other.evidence:
        return True
    ends = ((one.low, other.low), (one.high, other.high))
    return any(a is not b if a is None or b is None else abs(a - b) > _NOISE for a, b in ends)


def _moved(name: str, old: LotState | None, new: LotState | None) -> bool:
    return old is None or new is None or _unlike(old.figures[name], new.figures[name])


def _figure_change(name: str, old: LotState | None, new: LotState | None) -> FigureChange:
    before, after = (None if state is None else state.figures[name] for state in (old, new))
    return FigureChange(
        figure=name,
        old=None if before is None else figure_answer(before),
        new=None if after is None else figure_answer(after),
        change_low=None if before is None or after is None else _less(after.low, before.low),
        change_high=None if before is None or after is None else _less(after.high, before.high),
    )


def _less(new: float | None, old: float | None) -> float | None:
    """New less old, to the nine decimals of a share."""
    return None if new is None or old is None else round(new - old, 9) + 0.0


def _text_change(old: str | None, new: str | None) -> TextChange | None:
    return None if old == new else TextChange(old=old, new=new)


def _truth_change(old: bool | None, new: bool | None) -> TruthChange | None:
    return None if old == new else TruthChange(old=old, new=new)


def _cause(cause: Cause, figures: Sequence[str], old: LotState | None, new: LotState | None) -> CauseAnswer:
    change = cause.change
    return CauseAnswer(
        sheet=change.place[0],
        key=list(change.place[1]),
        action="added" if change.old is None else "removed" if change.new is None else "changed",
        old_import=None if change.old is None else change.old.import_id,
        new_import=None if change.new is None else change.new.import_id,
        cells=[_cell(cell) for cell in cells_of(change)],
        tried=cause.tried,
        effects=[effect for name in figures for effect in _effects(name, cause, old, new)],
    )


def _effects(name: str, cause: Cause, old: LotState | None, new: LotState | None) -> list[EffectAnswer]:
    """What a cause does to one figure: nothing, or one effect."""
    if old is None or new is None or cause.alone is None or cause.without is None:
        return []
    alone, without = cause.alone.figures[name], cause.without.figures[name]
    if not (_unlike(old.figures[name], alone) or _unlike(new.figures[name], without)):
        return []
    return [EffectAnswer(figure=name, alone=figure_answer(alone), without=figure_answer(without))]


def _cell(cell: CellChange) -> CellAnswer:
    old, new = (None if ref is None else ref_answer(ref) for ref in (cell.old_ref, cell.new_ref))
    return CellAnswer(field=cell.field, old=value_text(cell.old), new=value_text(cell.new), old_ref=old, new_ref=new)
