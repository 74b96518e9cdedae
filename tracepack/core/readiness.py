"""The readiness list: each audit test with what came of it, and the findings behind that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal

from tracepack.core.findings import Finding, Severity

Result = Literal["passed", "failed", "no data"]


@dataclass(frozen=True, slots=True)
class AuditTest:
    """One test: what it needs to be judged at all, and the names of findings (notes aside) that fail it."""

    number: str
    needs: str
    findings: frozenset[str]
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditResult:
    """A test's result and the names of the findings behind it."""

    test: AuditTest
    result: Result
    findings: tuple[str, ...]


def audit_tests(table: Mapping[str, Any]) -> tuple[AuditTest, ...]:
    """The tests of ``data/schemes/audit.toml``, in their order."""
    return tuple(AuditTest(t["id"], t["needs"], frozenset(t["findings"]), t["says"]) for t in table["test"])


def audit_results(
    tests: Iterable[AuditTest], findings: Iterable[Finding], present: Set[str], incomplete: Set[str] = frozenset()
) -> tuple[AuditResult, ...]:
    """Judge the tests by findings; ``present`` is the data there is, ``incomplete`` the tests that failed without a finding."""
    told = {f.name for f in findings if f.severity is not Severity.NOTE}
    return tuple(_result(test, told, present, incomplete) for test in tests)


def _result(test: AuditTest, told: Set[str], present: Set[str], incomplete: Set[str]) -> AuditResult:
    behind = tuple(sorted(test.findings & told))
    if behind or test.number in incomplete:
        return AuditResult(test, "failed", behind)
    return AuditResult(test, "passed" if test.needs == "always" or test.needs in present else "no data", ())
