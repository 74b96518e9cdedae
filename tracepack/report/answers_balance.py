"""The published answer of `balance`: accounts, their periods, and the entries that each figure is made of.

Masses are decimal strings in kg; those of an account are kilograms of its input material, rounded to the milligram.
"""

from __future__ import annotations

from tracepack.core.entries import EntryKind
from tracepack.report.answers import Cells, ClosingAnswer, FindingAnswer, Model
from tracepack.report.answers_methods import BookRuleAnswer, PercentageAnswer
from tracepack.report.answers_quantity import QuantityBookAnswer


class CorrectionAnswer(Model):
    """What an adjustment puts right: entries of a kind in a closed period, in kg of input as closed and as known since."""

    period: str
    kind: EntryKind
    was_kg: str
    now_kg: str
    was_refs: Cells
    now_refs: Cells


class CarrierAnswer(Model):
    """A shipment of a lot that credits were used for (returned: it came back); ``mass_kg`` null where it is not known."""

    shipment: str
    date: str
    customer: str
    lot: str
    mass_kg: str | None
    returned: bool
    refs: Cells


class EntryAnswer(Model):
    """One entry: credits above zero, uses below.  ``output_kg`` and ``factor`` are those of an attribution or of scrap sold.

    ``of`` is the attribution that a return gives back, or the delivery that goes back to its supplier; "" elsewhere.

    ``shipments`` are those that carry the lot of an attribution; ``corrects`` is what an adjustment puts right, null elsewhere.
    """

    date: str
    kind: EntryKind
    number: str
    of: str
    input_kg: str
    output_kg: str | None
    factor: str | None
    refs: Cells
    shipments: list[CarrierAnswer]
    corrects: CorrectionAnswer | None


class OutputAnswer(Model):
    """The account in kilograms of an output, by a conversion factor that holds at the period's end."""

    material: str
    factor: str
    received_kg: str
    closing_kg: str


class PeriodBalanceAnswer(Model):
    """An account over one period; ``period`` null: days of entries that no period holds.

    closing = opening + received + transferred in + given back - transferred out - attributed - sent back - scrap sold + adjusted,
    which corrects closed periods; what is carried over is what the next period opens with.  ``lowest_kg`` is the least balance at the
    end of a day.
    """

    period: str | None
    start: str
    end: str
    closed: bool
    opening_kg: str
    received_kg: str
    transferred_in_kg: str
    transferred_out_kg: str
    attributed_kg: str
    attributed_output_kg: str
    given_back_kg: str
    sent_back_kg: str
    scrap_sold_kg: str
    adjusted_kg: str
    closing_kg: str
    carried_over_kg: str
    lowest_kg: str
    lowest_on: str
    outputs: list[OutputAnswer]
    entries: list[EntryAnswer]


class AccountAnswer(Model):
    """One account of the books, by site and characteristics; its periods in order.

    ``balance_kg``: what it held at the end of the day ``on`` that was asked for; null where none was.
    """

    site: str
    scheme: str
    feedstock: str
    category: str
    country_of_origin: str
    input_material: str
    periods: list[PeriodBalanceAnswer]
    on: str | None = None
    balance_kg: str | None = None


class ClosedPeriodAnswer(ClosingAnswer):
    """A closed period; ``agrees`` says whether the store still yields what was closed."""

    agrees: bool


class BalanceAnswer(Model):
    """`balance`."""

    as_known_after_import: int
    closings: list[ClosedPeriodAnswer]
    accounts: list[AccountAnswer]
    percentages: list[PercentageAnswer]
    quantity_books: list[QuantityBookAnswer]
    rules: list[BookRuleAnswer]
    findings: list[FindingAnswer]
