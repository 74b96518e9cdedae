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
