"""What a claim's words are taken for: a sentence of ours, something that may not be said, or neither."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracepack.core.claimrules import LANGUAGES
from tracepack.core.claimtext import fold_claim, forbidden_in, sentences_in, spoken
from tracepack.rulebook import claim_wording_rules

RULES = claim_wording_rules()
MB, SEG, NONE = "mass balance", "segregated", "none"
BEFORE, AFTER = dt.date(2026, 9, 26), dt.date(2026, 9, 27)
GAPS = {"percent": 60, "scheme": "ISCC PLUS", "certificate": "ISCC-PLUS-Cert-XX999-00000101", "categories": ["bio", "circular"]}


def broken(text: str, model: str = MB, day: dt.date = AFTER, *, substance: bool = True) -> set[str]:
    """The rules that a text breaks."""
    return {hit.rule.key for hit in forbidden_in(text, model, day, RULES, substance=substance)}


# --- sentences of ours


@given(
    sentence=st.sampled_from(RULES.sentences),
    language=st.sampled_from(LANGUAGES),
    percent=st.integers(1, 100),
    categories=st.sets(st.sampled_from(sorted(RULES.categories)), min_size=1),
    certificate=st.from_regex(r"[0-9A-Za-z][0-9A-Za-z/._-]{2,40}", fullmatch=True),
)
def test_a_sentence_that_we_print_is_recognised_with_what_stands_in_it(sentence, language, percent, categories, certificate):
    text = spoken(sentence, language, RULES, percent=percent, scheme="ISCC PLUS", certificate=certificate, categories=categories)
    (said,) = sentences_in(text, RULES)
    assert said.sentence is sentence
    assert said.percent in (None, percent)
    assert said.categories in (None, frozenset(categories))
    assert said.certificate in (None, certificate.casefold())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", RULES.sentences, ids=lambda s: s.key)
def test_people_write_our_sentences_in_their_own_way(sentence, language):
    text = spoken(sentence, language, RULES, **GAPS)
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)
    for written in (
        text.upper(),
        f"  {text.replace(' ', '  ')} ",
        text.rstrip(".。"),
        text.replace("-", "\u2011"),
        wide,
        f"{text}\n{text}",
    ):
        assert {said.sentence.key for said in sentences_in(written, RULES)} == {sentence.key}, written


@pytest.mark.parametrize(
    "written", ["60 percent", "60 per cent", "60%", "60 %", "６０％", "60\u00a0%", "60,0 %", "60.0 Prozent"], ids=ascii
)
def test_percent_is_read_however_it_is_written(written: str):
    (said,) = sentences_in(f"Contains at least {written} bio-based carbon, of total organic carbon, on the basis of ASTM D6866.", RULES)
    assert said.percent == 60


@pytest.mark.parametrize(
    ("written", "read"), [("百分之六十", 60), ("百分之六十五", 65), ("百分之百", 100), ("百分之十", 10), ("百分之５", 5)]
)
def test_percent_in_chinese_numerals(written: str, read: int):
    (said,) = sentences_in(f"含有不低于 {written} 的生物基碳（占总有机碳，以 ASTM D6866 为依据）。", RULES)
    assert said.percent == read


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"{text} Guaranteed.",
        lambda text: f"Not true: {text}",
        lambda text: text.replace("at least", "up to 100 %, at least"),
        lambda text: text.replace("Contains", "Never contains"),
        lambda text: text.replace("D6866", "D6868"),
        lambda text: text.replace("60", "600000"),
        lambda text: text.replace("organic carbon", "carbon"),
        lambda text: text.replace("bio-based", "bi\u043e-based"),
    ],
)
def test_a_sentence_that_was_changed_is_no_longer_ours(change):
    ours = spoken(RULES.sentences[0], "en", RULES, percent=60)
    assert sentences_in(ours, RULES)
    assert not sentences_in(change(ours), RULES)


def test_gaps_hold_names_and_not_claims():
    sentence = next(s for s in RULES.sentences if s.key == "mass-balance")
    for scheme in ("ISCC PLUS, contains 100 % bio", "x)", "x; y"):
        assert not sentences_in(spoken(sentence, "en", RULES, **GAPS | {"scheme": scheme}), RULES)
    assert not sentences_in(sentence.text["en"].format(percent=5, scheme="RSB", certificate="1", category="100 % bio"), RULES)


# --- what may not be said


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("contains 100 % bio-based material", "points-to-substance"),
        ("Made from sugarcane", "points-to-substance"),
        ("Enthält 100 Prozent biobasiertes Material", "points-to-substance"),
        ("hergestellt aus nachwachsenden Rohstoffen", "points-to-substance"),
        ("含有百分之百生物基材料", "points-to-substance"),
        ("采用甘蔗制成", "points-to-substance"),
        ("100 % bio-based", "percent-bio-based"),
        ("１００％ 生物基", "percent-bio-based"),
        ("100 % biobasiert", "percent-bio-based"),
        ("fully bio‑based", "percent-bio-based"),
        ("全部生物基", "percent-bio-based"),
        ("bioplastic bag", "bioplastic"),
        ("BIO-PP", "bioplastic"),
        ("biobasierter Kunststoff", "bioplastic"),
        ("生物塑料", "bioplastic"),
        ("生物基 PE 薄膜", "bioplastic"),
        ("fossil-free", "fossil-free"),
        ("不含塑料", "fossil-free"),
    ],
)
def test_bookkeeping_must_not_point_to_substance(text: str, rule: str):
    assert rule in broken(text, MB)
    assert rule in broken(text, "book and claim")
    assert rule not in broken(text, SEG)
    assert rule in broken(text, NONE, substance=False), "nor may a lot that shows no content"


@pytest.mark.parametrize("text", ["60 % bio-based carbon", "biobasierter Kohlenstoff: 60 %", "生物基碳含量 60%"])
def test_bio_based_carbon_names_its_method(text: str):
    assert broken(text, SEG) == {"carbon-without-method"}
    assert broken(f"{text} (ASTM D6866)", SEG) == set()
    assert broken(f"{text}, EN 16640", SEG) == set()


@pytest.mark.parametrize(
    "text",
    [
        "eco-friendly",
        "Eco friendly film",
        "umweltfreundlich",
        "klimaschonend",
        "环保包装",
        "绿色包装",
        "climate neutral",
        "碳中和",
        "biodegradable",
        "可降解",
    ],
)
def test_generic_claims_are_forbidden_from_the_day_on(text: str):
    for model in (SEG, MB, NONE):
        assert broken(text, model, AFTER)
        assert not broken(text, model, BEFORE)


@pytest.mark.parametrize(
    "text", ["no bioplastic", "kein Biokunststoff", "非生物塑料", "this is not a bio-based plastic", "does not contain bio-based carbon"]
)
def test_what_is_denied_is_neither_allowed_nor_forbidden(text: str):
    assert broken(text, MB) == set()
    assert sentences_in(text, RULES) == ()


def test_a_denial_of_something_else_does_not_free_a_claim():
    assert "percent-bio-based" in broken("No compromise. 100 % bio-based!", MB)
    assert "percent-bio-based" in broken("100 % bio-based, no fossil material", MB)


@pytest.mark.parametrize(
    "text",
    [
        "60 % of the feedstock is attributed by mass balance",
        "100 % bio-attributed",
        "see the sustainability declaration",
        "supports ISCC",
        "greenhouse film",
        "可持续性声明",
    ],
)
def test_what_is_only_near_a_forbidden_word_is_not_forbidden(text: str):
    assert broken(text, MB) == set()


@pytest.mark.parametrize("text", ["This film is bio-based.", "biobasiert", "本薄膜为生物基", "76 % bio-circular", "renewable"])
def test_what_has_no_substance_shown_is_not_called_bio_based(text: str):
    for model in (MB, NONE, SEG):
        assert "bio-based-product" in broken(text, model, substance=False)
        assert "bio-based-product" not in broken(text, model)


@pytest.mark.parametrize("rule", RULES.forbidden, ids=lambda rule: rule.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_a_rule_breaks_it(rule, language: str):
    for example in rule.example[language].replace("；", ";").split(";"):
        assert rule.key in broken(example, min(rule.models or [MB]), substance=not rule.of_substance or bool(rule.models))


@pytest.mark.parametrize("sentence", RULES.sentences, ids=lambda s: s.key)
def test_every_sentence_of_ours_says_where_it_stands(sentence):
    assert sentence.source
    assert set(sentence.text) == set(LANGUAGES)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str):
    assert fold_claim(fold_claim(text)) == fold_claim(fold_claim(fold_claim(text)))
    assert isinstance(sentences_in(text, RULES), tuple)
    assert isinstance(forbidden_in(text, MB, AFTER, RULES), tuple)


def test_a_very_long_text_is_read_in_no_time():
    for text in ("contains " * 4000, "bio " * 8000, "生物" * 9000, "9" * 30000, "a" * 30000 + " bioplastic"):
        assert isinstance(forbidden_in(text, MB, AFTER, RULES), tuple)
        assert sentences_in(text, RULES) == ()


def test_a_text_is_not_ours_where_it_was_not_read_to_its_end():
    ours = spoken(RULES.sentences[0], "en", RULES, percent=60)
    assert sentences_in(ours * 5, RULES)
    assert not sentences_in(ours * 30 + " contains 100 % bioplastic", RULES)
    assert not sentences_in(ours + " " * 3000 + "bioplastic", RULES)
