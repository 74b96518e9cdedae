"""The published part of `balance` on methods: percentages with what they are made of, and the rules that the books lean on.

Shares are 0..1, masses decimal strings in kg.
"""

from __future__ import annotations

from tracepack.report.answers import Cells, Model, RefAnswer


class PercentageInputAnswer(Model):
    """One input material of a percentage as it was received, and the factor to the output."""

    material: str
    factor: str
    certified_kg: str
    total_kg: str


class PercentageAnswer(Model):
    """The percentage of an output: of a period (over the days from ``window_start``), or (``lot``) of one batch.

    share = certified / total, both in kg of output; null where nothing came in or ``missing_inputs`` have no factor to the
    output.  ``claimable_percent`` is rounded down.  ``label_gate`` is the least share that may bear the scheme's label, null
    where it has none.
    """

    site: str
    scheme: str
    method: str
    output_material: str
    lot: str | None
    period: str | None
    window_start: str
    window_end: str
    certified_kg: str
    total_kg: str
    share: float | None
    claimable_percent: int | None
    label_gate: float | None
    label_allowed: bool | None
    inputs: list[PercentageInputAnswer]
    missing_inputs: list[str]
    certified_refs: Cells
    total_refs: Cells


class BookRuleAnswer(Model):
    """A scheme's rule that the books lean on; ``confirmed``: a public text says it, or ``setting`` is the cell that set it."""

    scheme: str
    site: str
    rule: str
    value: str
    edition: str
    source: str
    confirmed: bool
    setting: RefAnswer | None
