"""How chain-of-custody models combine: every pair, said here in the words of the field and not read from the table."""

from __future__ import annotations

import itertools
from importlib.resources import files
from pathlib import Path

import pytest

from tracepack.core.schemerules import CustodyRules, Table, custody_rules
from tracepack.data import layout, read_toml, tables_with
from tracepack.rulebook import chain_of_custody_rules

RULES: CustodyRules = chain_of_custody_rules()
IP, SEG, CB, MB, BC, NONE = "identity preserved", "segregated", "controlled blending", "mass balance", "book and claim", "none"
MODELS = (IP, SEG, CB, MB, BC, NONE)
PAIRS = list(itertools.product(MODELS, MODELS))

#: Two lots of different sources, shares known.
BLENDS = {
    (IP, IP): SEG,
    (IP, SEG): SEG,
    (IP, CB): CB,
    (IP, MB): MB,
    (IP, BC): BC,
    (IP, NONE): CB,
    (SEG, SEG): SEG,
    (SEG, CB): CB,
    (SEG, MB): MB,
    (SEG, BC): BC,
    (SEG, NONE): CB,
    (CB, CB): CB,
    (CB, MB): MB,
    (CB, BC): BC,
    (CB, NONE): CB,
    (MB, MB): MB,
    (MB, BC): BC,
    (MB, NONE): MB,
    (BC, BC): BC,
    (BC, NONE): BC,
    (NONE, NONE): NONE,
}
#: A physical share that nobody recorded cannot be claimed.
WITHOUT_SHARE = BLENDS | {(IP, CB): NONE, (SEG, CB): NONE, (CB, CB): NONE, (IP, NONE): NONE, (SEG, NONE): NONE, (CB, NONE): NONE}


def either_way(pairs: dict[tuple[str, str], str], pair: tuple[str, str]) -> str:
    return pairs[pair] if pair in pairs else pairs[pair[1], pair[0]]


def test_the_models_are_those_of_the_workbook_strongest_first():
    assert RULES.models == MODELS == layout().vocabularies["chain_of_custody"]


@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_a_blend_of_two_lots(pair: tuple[str, str]):
    assert RULES.blend[pair] == either_way(BLENDS, pair)
    assert RULES.blend_unknown_share[pair] == either_way(WITHOUT_SHARE, pair)


@pytest.mark.parametrize("pair", PAIRS, ids=" through a site for ".join)
def test_a_site_passes_on_no_more_than_its_certificate_is_for(pair: tuple[str, str]):
    assert RULES.certified[pair] == MODELS[max(map(MODELS.index, pair))]


@pytest.mark.parametrize("table", [RULES.blend, RULES.blend_unknown_share, RULES.certified], ids=["blend", "unknown share", "certified"])
def test_a_downgrade_never_goes_up(table: Table):
    """No pair gives more than its strongest side; and no more than its weaker certified side."""
    for (one, other), gives in table.items():
        certified = [m for m in (one, other) if m != NONE]
        assert RULES.rank(gives) >= max(map(RULES.rank, certified), default=RULES.rank(NONE))


@pytest.mark.parametrize("table", [RULES.blend, RULES.blend_unknown_share], ids=["blend", "unknown share"])
def test_the_order_in_which_lots_are_blended_does_not_matter(table: Table):
    for one, two, three in itertools.product(MODELS, repeat=3):
        assert table[one, two] == table[two, one]
        assert table[table[one, two], three] == table[one, table[two, three]]


def test_a_certificate_number_tells_its_scheme():
    plus, eu = RULES.scheme_of_number("iscc-plus-cert-XX000-1"), RULES.scheme_of_number("EU-ISCC-Cert-XX000-1")
    assert plus is not None
    assert eu is not None
    assert (plus.name, eu.name) == ("ISCC PLUS", "ISCC EU")
    assert RULES.scheme_of_number("C-1") is None


def test_what_is_neutral_is_a_scheme_s_own_rule():
    assert RULES.is_neutral("water", "ISCC PLUS")
    assert not RULES.is_neutral("pigment", "ISCC PLUS")
    assert RULES.is_neutral("pigment", "PEFC")
    assert RULES.is_neutral("solvent", "a scheme nobody knows")


def test_a_scheme_is_added_by_adding_a_file(tmp_path: Path):
    (tmp_path / "new.toml").write_text(
        """
        [scheme]
        name = "Invented"
        names = ["invented standard"]
        edition = "1"
        source = "made up"
        [[rule]]
        name = "accepts"
        values = ["RSB"]
        says.en = "Others"
        source = "made up"
        status = "unconfirmed"
        """,
        encoding="utf-8",
    )
    shipped = Path(str(files("tracepack.data"))) / "schemes"
    (tmp_path / "rsb.toml").write_bytes((shipped / "rsb.toml").read_bytes())
    rules = custody_rules(read_toml("schemes/custody.toml"), tables_with("scheme", tmp_path))
    assert [scheme.name for scheme in rules.schemes] == ["Invented", "RSB"]
    assert rules.takes_in("Invented Standard", "rsb")
    assert not rules.takes_in("RSB", "Invented")


def test_no_two_schemes_share_a_name():
    names = [name for scheme in RULES.schemes for name in scheme.names]
    assert len(names) == len(set(names))


def test_iscc_eu_enters_plus_and_never_the_reverse():
    assert RULES.takes_in("ISCC PLUS", "iscc eu")
    assert RULES.takes_in("iscc-plus", "ISCC PLUS")
    assert not RULES.takes_in("ISCC EU", "ISCC PLUS")
    assert not RULES.takes_in("GRS", "ISCC PLUS")


def test_every_rule_of_a_scheme_says_where_it_comes_from():
    rules = [rule for scheme in RULES.schemes for rule in scheme.rules]
    assert {rule.name for rule in rules} == {"certificate-prefix", "accepts", "neutral"}
    assert all(rule.source and set(rule.says) == {"en", "zh", "de"} for rule in rules)
    assert all(rule.source for rule in RULES.general)
    assert all(scheme.edition and scheme.source for scheme in RULES.schemes)
