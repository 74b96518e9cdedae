"""The three languages say the same things, and nothing that is never said."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import get_args

import pytest

import tracepack.report
from tracepack.core.bookrules import METHODS
from tracepack.core.custody import LEANINGS, LinkKind
from tracepack.core.judgementrules import Edge
from tracepack.core.lotfigures import SUBSTANCE_FIGURES
from tracepack.core.papers import Reason
from tracepack.core.readiness import Result
from tracepack.core.schemes import Outcome
from tracepack.core.totals import DIMENSIONS
from tracepack.data import layout, read_text
from tracepack.report.answers import ContentFigures
from tracepack.report.answers_readiness import BioBased
from tracepack.report.diagram import By
from tracepack.report.wording import LANGUAGES, display_width, printable, visible, wording
from tracepack.rulebook import balance_rules

ROOMS = (Path(tracepack.report.__file__).parent, Path(tracepack.report.__file__).parents[1])
SOURCE = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in sorted(room.glob("*.py")))
SOURCE += read_text("templates/report.html")
#: Tables whose keys are looked up by a value of the data or of a vocabulary.
BY_VALUE = {
    "category": set(layout().vocabularies["category"]),
    "role": set(layout().vocabularies["role"]),
    "direction": set(layout().vocabularies["direction"]),
    "record_kind": set(layout().vocabularies["record_kind"]),
    "shipment_kind": set(layout().vocabularies["shipment_kind"]),
    "evidence": {"lab-tested", "calculated", "declared", "assumed", "not-applicable"},
    "severity": {"error", "warning", "note"},
    "origin": {"delivered", "opening stock", "made", "unknown"},
    "status": {"recorded", "unchanged", "refused"},
    "action": {"recorded", "superseded", "withdrawn"},
    "custody_link": set(get_args(LinkKind)),
    "custody_reason": set(get_args(Reason)),
    "custody_leans": set(LEANINGS),
    "balance_method": set(METHODS),
    "outcome": set(get_args(Outcome)),
    "audit_result": set(get_args(Result)),
    "bio_based": set(get_args(BioBased)),
    "scheme_figure": {*SUBSTANCE_FIGURES, "certified"},
    "tier_edge": set(get_args(Edge)),
    "edge_unconfirmed": set(get_args(Edge)),
    "advice": {"missing", "weak"},
    "diagram_scale": set(get_args(By)),
    "composition_by": set(DIMENSIONS),
    "advice_field": {"biobased_carbon", "organic_carbon", "biobased_mass"},
    "book_rule": {term.name for rule in balance_rules().rules for term in rule.terms},
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_languages_have_the_same_keys_and_fill_in_the_same_values(lang: str):
    english, other = wording("en").words, wording(lang).words
    assert set(other) == set(english)
    for key, text in english.items():
        assert {name for _, name, _, _ in string.Formatter().parse(other[key])} - {None} == {
            name for _, name, _, _ in string.Formatter().parse(text)
        } - {None}, key
        assert other[key].strip() or key == "number.percent"


@pytest.mark.parametrize("table", BY_VALUE)
def test_every_value_of_a_vocabulary_has_its_word(table: str):
    keys = {key.removeprefix(f"{table}.") for key in wording("en").words if key.startswith(f"{table}.")}
    assert keys == BY_VALUE[table]


def test_no_wording_is_unused():
    figures = {f"figure.{name}.{part}" for name in ContentFigures.model_fields for part in ("name", "standard")} - {
        "figure.attributed.name",
        "figure.attributed.standard",
    }
    unused = []
    for key in wording("en").words:
        table, name = key.split(".", 1)
        if table in BY_VALUE or key in figures:
            continue
        last = name.rsplit(".", 1)[-1]
        if f'"{key}"' not in SOURCE and f"'{key}'" not in SOURCE and not re.search(rf"[\"'(]{re.escape(last)}[\"']", SOURCE):
            unused.append(key)
    assert unused == []


def test_every_wording_the_code_names_exists():
    named = set(re.findall(r"\bw\([\"']([a-z_]+\.[a-z_]+)[\"']", SOURCE))
    assert len(named) > 40
    assert named <= set(wording("en").words)


def test_an_unknown_language_is_a_bug():
    with pytest.raises(KeyError):
        wording("fr")


def test_percentages_are_honest_in_every_language():
    assert [wording(lang).percent(0.999999) for lang in LANGUAGES] == ["> 99.99 %", "> 99.99%", "> 99,99 %"]
    assert wording("de").span(0.3, 1.0) == "30,00 % bis 100 %"
    assert wording("en").span(0.0, 0.0) == "0 %"


def test_width_counts_terminal_columns():
    assert display_width("批次") == 4
    assert display_width("ＡＢ") == 4
    assert display_width("a\u0301") == 1


def test_what_could_act_becomes_visible():
    assert visible("a\u202eb\x1b\n") == r"a\u202eb\x1b\x0a"
    assert printable("a\u202eb\x1b") == "a\u202eb\\x1b"
