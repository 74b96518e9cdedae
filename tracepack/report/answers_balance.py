"""The published answer of `balance`: accounts, their periods, and the entries that each figure is made of.

Masses are decimal strings in kg; those of an account are kilograms of its input material, rounded to the milligram.
"""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import FindingAnswer, Model, RefAnswer
from tracepack.report.answers_quantity import QuantityBookAnswer


class EntryAnswer(Model):
    """One entry: credits above zero, uses below.  ``output_kg`` and ``factor`` are an attribution's, null elsewhere."""

    date: str
    kind: Literal["opening", "received", "transfer-in", "transfer-out", "attributed", "adjustment"]
    number: str
    input_kg: str
    output_kg: str | None
    factor: str | None
    refs: list[RefAnswer]


class OutputAnswer(Model):
    """The account in kilograms of an output, by a conversion factor that holds at the period's end."""

    material: str
    factor: str
    received_kg: str
    closing_kg: str


class PeriodBalanceAnswer(Model):
    """An account over one period; ``period`` null: days of entries that no period holds.

    closing = opening + received + transferred in - transferred out - attributed; what is carried over is what the next
    period opens with.  ``lowest_kg`` is the least balance at the end of a day.
    """

    period: str | None
    start: str
    end: str
    opening_kg: str
    received_kg: str
    transferred_in_kg: str
    transferred_out_kg: str
    attributed_kg: str
    attributed_output_kg: str
    closing_kg: str
    carried_over_kg: str
    lowest_kg: str
    lowest_on: str
    outputs: list[OutputAnswer]
    entries: list[EntryAnswer]


class AccountAnswer(Model):
    """One account of the books, by site and characteristics; its periods in order."""

    site: str
    scheme: str
    feedstock: str
    category: str
    country_of_origin: str
    input_material: str
    periods: list[PeriodBalanceAnswer]


class BalanceAnswer(Model):
    """`balance`."""

    as_known_after_import: int
    accounts: list[AccountAnswer]
    quantity_books: list[QuantityBookAnswer]
    findings: list[FindingAnswer]
