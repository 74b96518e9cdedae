"""The readiness list and the inventory of bio-based packaging, as sections of the report."""

from __future__ import annotations

from collections.abc import Sequence

from tracepack.core.readiness import AuditResult
from tracepack.report.answers_readiness import AuditAnswer
from tracepack.report.document import Block, Cell, Paragraph, Table
from tracepack.report.wording import Wording


def audit_answers(results: Sequence[AuditResult]) -> list[AuditAnswer]:
    """The results as they are published."""
    return [AuditAnswer(test=r.test.number, result=r.result, says=dict(r.test.says), findings=list(r.findings)) for r in results]


def audit_blocks(results: Sequence[AuditAnswer], w: Wording) -> list[Block]:
    """The section "Readiness by audit test"."""
    rows = tuple(
        (Cell(r.test), Cell(r.says[w.lang]), Cell(w(f"audit_result.{r.result}")), Cell(", ".join(r.findings), code=bool(r.findings)))
        for r in results
    )
    heads = tuple(w(f"audit.{name}") for name in ("test", "says", "result", "findings"))
    return [Paragraph(w("audit.about")), Table(heads, rows)] if rows else []
