"""The published quantity book of `balance`: what of each material lies at each site, with the counts that it is compared with.

Masses are decimal strings in kg, as-is; null where a movement's mass is not known.
"""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Cells, Model


class MovementAnswer(Model):
    """One movement: into stock above zero, out of it below; ``number`` is its delivery note, lot, run or shipment."""

    date: str
    kind: Literal["opening", "received", "made", "returned", "moved-in", "used", "shipped", "moved-out", "lost"]
    number: str
    lot: str
    mass_kg: str | None
    refs: Cells


class StockCountAnswer(Model):
    """What was counted on a day, and what the book has then; ``agrees`` is null where the book is not known."""

    date: str
    counted_kg: str
    book_kg: str | None
    agrees: bool | None
    tolerance: float | None
    scheme: str
    refs: Cells


class QuantityPeriodAnswer(Model):
    """closing = opening + opening stock + received + made + returned + moved in - used - shipped - moved out - lost.

    ``period`` null: days of movements that no period holds.
    """

    period: str | None
    start: str
    end: str
    opening_kg: str | None
    opening_stock_kg: str | None
    received_kg: str | None
    made_kg: str | None
    returned_kg: str | None
    moved_in_kg: str | None
    used_kg: str | None
    shipped_kg: str | None
    moved_out_kg: str | None
    lost_kg: str | None
    closing_kg: str | None
    movements: list[MovementAnswer]


class QuantityBookAnswer(Model):
    """One material at one site."""

    site: str
    material: str
    periods: list[QuantityPeriodAnswer]
    counts: list[StockCountAnswer]
