"""The answer of `diff`: what changed between two imports, and which cells caused it."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import FigureAnswer, Model, RefAnswer


class FigureChange(Model):
    """A figure after both imports; null where the lot was not known then.  ``change_*`` is new less old, null where either has no value."""

    figure: str
    old: FigureAnswer | None
    new: FigureAnswer | None
    change_low: float | None
    change_high: float | None


class TextChange(Model):
    """A mass in kg, or a chain-of-custody model, after both imports; null where it was not known."""

    old: str | None
    new: str | None


class TruthChange(Model):
    """Whether the trace was complete after both imports; null where the lot was not known."""

    old: bool | None
    new: bool | None


class CellAnswer(Model):
    """One cell that says something else: its column key, both values as text ("" for a blank), both places."""

    field: str
    old: str
    new: str
    old_ref: RefAnswer | None
    new_ref: RefAnswer | None


class EffectAnswer(Model):
    """What a cause does to a figure: its value had only this changed (``alone``), and had all but this changed (``without``)."""

    figure: str
    alone: FigureAnswer
    without: FigureAnswer


class CauseAnswer(Model):
    """A row (or, of a run or recipe, its rows) that came, went or says something else.

    ``effects`` names the changed figures that it moves, alone or with the others; empty where it moves none of them or
    ``tried`` is false (the lot is not known after both imports, or more changed than can be tried one by one).
    """

    sheet: str
    key: list[str]
    action: Literal["added", "changed", "removed"]
    old_import: int | None
    new_import: int | None
    cells: list[CellAnswer]
    tried: bool
    effects: list[EffectAnswer]


class LotDiff(Model):
    """A lot with what changed of it: only figures that changed, null for what did not; causes by sheet and key."""

    owner: str
    number: str
    material: str
    status: Literal["new", "gone", "changed"]
    figures: list[FigureChange]
    mass_kg: TextChange | None
    chain_of_custody: TextChange | None
    complete: TruthChange | None
    causes: list[CauseAnswer]


class DiffAnswer(Model):
    """`diff N M [LOT]`: the lots that changed, by owner then number."""

    before: int
    after: int
    lots: list[LotDiff]
