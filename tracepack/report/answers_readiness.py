"""The readiness list of a lot, as the report publishes it."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Model


class AuditAnswer(Model):
    """An audit test (T01 to T16): its result, what it asks by language, and the names of the findings that fail it."""

    test: str
    result: Literal["passed", "failed", "no data"]
    says: dict[str, str]
    findings: list[str]


BioBased = Literal["wholly", "in part", "no", "not known"]


class InventoryRow(Model):
    """A lot of the lineage: whether it is bio-based (its share of organic carbon, null without carbon), and its records by number.

    ``feedstock_sources`` are those of the lot, or of what it was made from; energy logs and enzyme tests are of the lot or of the run that
    made it.
    """

    owner: str
    lot: str
    material: str
    bio_based: BioBased
    low: float | None
    high: float | None
    feedstock_sources: list[str]
    energy_logs: list[str]
    enzyme_tests: list[str]
    lab_reports: list[str]
