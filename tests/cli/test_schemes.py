"""`tracepack schemes`: every scheme with its edition, source and rules, and what no public text confirms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tracepack import cli
from tracepack.rulebook import balance_rules, chain_of_custody_rules


def said(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert cli.run(["schemes", *options]) == 0
    return capsys.readouterr().out


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, "--json"))
    return found


def test_every_scheme_is_listed_with_its_edition_and_every_rule_with_its_source(answer: dict[str, Any]):
    assert {scheme.name for scheme in chain_of_custody_rules().schemes} <= {scheme["name"] for scheme in answer["schemes"]}
    assert all(scheme["edition"] for scheme in answer["schemes"])
    rules = [rule for scheme in answer["schemes"] for rule in scheme["rules"]] + answer["general"]
    assert all(rule["source"] and rule["says"] for rule in rules)
    assert {rule["status"] for rule in rules} == {"confirmed", "unconfirmed"}


def test_the_rules_of_books_stand_beside_those_of_custody(answer: dict[str, Any]):
    (plus,) = (scheme for scheme in answer["schemes"] if scheme["name"] == "ISCC PLUS")
    rules = {rule["name"]: rule for rule in plus["rules"]}
    assert rules["accepts"]["values"] == ["ISCC EU"]
    assert rules["longest_period_months"]["values"] == ["3"]
    assert rules["neutral"]["status"] == "unconfirmed"
    listed = [scheme["name"] for scheme in answer["schemes"]]
    assert len(listed) == len(set(listed))
    assert {rule.scheme for rule in balance_rules().rules} <= set(listed)


def test_all_36_pairs_of_models_are_told(answer: dict[str, Any]):
    pairs = {(pair["one"], pair["other"]): pair for pair in answer["combinations"]}
    assert len(pairs) == 36
    assert pairs["segregated", "mass balance"]["certified"] == "mass balance"
    assert pairs["segregated", "none"]["blend_unknown_share"] == "none"


@pytest.mark.parametrize(("lang", "unconfirmed"), [("en", "Unconfirmed: "), ("de", "Unbestätigt: "), ("zh", "未经证实：")])
def test_the_text_marks_what_is_not_confirmed_in_every_language(capsys: pytest.CaptureFixture[str], lang: str, unconfirmed: str):
    text = said(capsys, "--lang", lang)
    assert text.count(unconfirmed) > 10
    assert "ISCC-PLUS-Cert-" in text
