"""How the figures of a lot come about, as the report publishes it."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Model


class CalculationRow(Model):
    """One delivered lot (``lot`` "": an input that nobody named, or reaction water) in a sum.

    ``mass_share`` is kg per kg of the asked lot's dry mass; ``numerator`` and ``denominator`` are what a kilogram of it gives
    to the figure and to what the figure is a share of.
    """

    owner: str
    lot: str
    material: str
    mass_share: float
    numerator: float
    denominator: float


class CalculationAnswer(Model):
    """One end of a figure: the sum of share times numerator over the sum of share times denominator is ``value``."""

    figure: str
    end: Literal["both", "low", "high"]
    value: float
    rows: list[CalculationRow]
