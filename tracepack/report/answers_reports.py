"""The answer of `report` for many: which file holds which lot's report, and what was shipped of it."""

from __future__ import annotations

from tracepack.report.answers import Model, RefAnswer


class ReportFile(Model):
    """One file: whose report it is and, where shipments were asked for, the shipment with its quantity as stated.

    ``mass_kg`` is null where the unit is no mass.
    """

    file: str
    owner: str
    number: str
    shipment: str | None = None
    date: str | None = None
    customer: str | None = None
    quantity: str | None = None
    unit: str | None = None
    mass_kg: str | None = None
    ref: RefAnswer | None = None


class ReportsAnswer(Model):
    """`report LOT LOT ...`, `report --shipment` or `--shipments`: the files written, in the order asked, shipments by date and number."""

    as_known_after_import: int
    reports: list[ReportFile]
