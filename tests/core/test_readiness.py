"""The readiness list: sixteen tests, each passed, failed, or without data; the findings behind a failure are named."""

from __future__ import annotations

import pytest

from tracepack.core.findings import Finding, Severity
from tracepack.core.readiness import audit_results
from tracepack.data import read_toml
from tracepack.rulebook import readiness_tests

TESTS = readiness_tests()
EVERYTHING = {test.needs for test in TESTS}


def finding(name: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(name, severity, "", "", ())


def results(*findings: Finding, present: set[str] | None = None, incomplete: set[str] | None = None) -> dict[str, str]:
    found = audit_results(TESTS, findings, EVERYTHING if present is None else present, incomplete or set())
    return {r.test.number: r.result for r in found}


def test_there_are_sixteen_in_their_order():
    assert [test.number for test in TESTS] == [f"T{n:02}" for n in range(1, 17)]
    assert all(set(test.says) == {"en", "de", "zh"} for test in TESTS)


def test_every_finding_they_name_is_in_the_catalogue():
    known = set(read_toml("findings.toml"))
    assert {name for test in TESTS for name in test.findings} <= known


def test_all_pass_where_there_is_data_and_nothing_is_wrong():
    assert set(results().values()) == {"passed"}


def test_without_data_only_the_trace_is_judged():
    assert {n for n, r in results(present=set()).items() if r == "passed"} == {"T01"}


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("certificate-expired", {"T03"}),
        ("certificate-other-holder", {"T04"}),
        ("declaration-number-reused", {"T05"}),
        ("mass-not-balanced", {"T09"}),
        ("lab-disagrees", {"T11"}),
        ("claim-above-custody", {"T14"}),
        ("missing-source", {"T01", "T15"}),
    ],
)
def test_a_finding_fails_its_tests_and_is_named(name: str, failing: set[str]):
    found = audit_results(TESTS, [finding(name)], EVERYTHING)
    assert {r.test.number for r in found if r.result == "failed"} == failing
    assert {r.findings for r in found if r.result == "failed"} == {(name,)}


def test_a_note_fails_nothing():
    assert "failed" not in results(finding("missing-source", Severity.NOTE)).values()


def test_an_incomplete_trace_fails_without_a_finding():
    assert results(incomplete={"T01"})["T01"] == "failed"
