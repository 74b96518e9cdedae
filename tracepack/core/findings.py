"""Findings: what is wrong with the data, as values that are collected and shown together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad a finding is: an error refuses an import or fails `check`; warnings and notes never do."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class SourceRef(NamedTuple):
    """One cell of one file.  ``cell`` is in A1 notation; blank means the whole row's sheet (or the file)."""

    file: str
    sha256: str
    sheet: str
    cell: str

    def __str__(self) -> str:
        place = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{self.file}  {place}" if place else self.file


@dataclass(frozen=True, slots=True)
class Finding:
    """A named fact about the data.

    ``name`` is kebab-case and has a row in the catalogue (``tracepack/data/findings.toml``); ``message`` says what was
    seen and what was expected; ``hint`` what to do; ``refs`` the cells, in reading order; ``excerpt`` what stands in the first of them.
    """

    name: str
    severity: Severity
    message: str
    hint: str = ""
    refs: tuple[SourceRef, ...] = ()
    excerpt: str = ""

    def __hash__(self) -> int:
        # Of the cells only the first: a finding may have a hundred thousand, and few share what stands before.
        return hash((self.name, self.message, self.refs[:1], len(self.refs)))


_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then by name, place and message; exact repeats once."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda f: (_ORDER[f.severity], f.name, f.refs, f.message)))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is of severity error."""
    return any(f.severity is Severity.ERROR for f in findings)
