"""What a lot's origins add up to, as the report publishes it."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Model, RefAnswer


class CompositionRow(Model):
    """One name's share of the dry mass as traced, with its bounds; ``bio_carbon`` its share of the bio-based carbon (null: there is none).

    ``name`` null stands for all that is not known, "" for deliveries that state none; ``refs`` are the cells that say the name.
    """

    name: str | None
    mass_share: float
    mass_share_low: float
    mass_share_high: float
    bio_carbon_share_low: float | None
    bio_carbon_share_high: float | None
    refs: list[RefAnswer]


class CompositionTable(Model):
    """The lot by feedstock, category, country of origin, supplier or certificate: rows by share, what is not known last.

    ``mass_share`` is the sum of the rows: 1, the whole lot.
    """

    by: Literal["feedstock", "category", "country", "supplier", "certificate"]
    rows: list[CompositionRow]
    mass_share: float
