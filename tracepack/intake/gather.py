"""Findings gathered cell by cell and told once per cause: the same cause in a column is one finding with all its cells.

Whoever shows a finding counts its cells and names the first twenty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from tracepack.core.findings import Finding, Severity, SourceRef
from tracepack.data import read_toml


@cache
def severity_of(name: str) -> Severity:
    """A finding's severity by the catalogue; a name without a row there is a bug."""
    return Severity(read_toml("findings.toml")[name]["severity"])


def finding(
    name: str, message: str, *, hint: str = "", refs: Iterable[SourceRef] = (), excerpt: str = "", severity: Severity | None = None
) -> Finding:
    """A finding with the catalogue's severity unless another is given."""
    return Finding(name, severity or severity_of(name), message, hint, tuple(refs), excerpt)


def excerpt_of(ref: SourceRef, header: str, shown: str) -> str:
    """What stands in a cell, as findings show it: ``J14  Biobased Carbon % = 145``."""
    return f"{ref.cell}  {header} = {shown}"


@dataclass(slots=True)
class Gathered:
    """Findings by cause, in the order of their first cell."""

    _causes: dict[tuple[str, str, str, str], list[tuple[SourceRef, str]]] = field(default_factory=dict)

    def add(self, name: str, message: str, hint: str, ref: SourceRef, excerpt: str, *, column: str = "") -> None:
        """One more cell with this cause; causes are told apart by name, message, hint and column."""
        self._causes.setdefault((name, message, hint, column), []).append((ref, excerpt))

    def add_all(self, name: str, message: str, hint: str, refs: Iterable[SourceRef], excerpt: str, *, column: str = "") -> None:
        """Many cells with one cause; ``excerpt`` is what stands in the first of them."""
        self._causes.setdefault((name, message, hint, column), []).extend((ref, excerpt) for ref in refs)

    def findings(self) -> tuple[Finding, ...]:
        """One finding per cause."""
        return tuple(
            finding(name, message, hint=hint, refs=(ref for ref, _ in cells), excerpt=cells[0][1])
            for (name, message, hint, _), cells in self._causes.items()
        )
