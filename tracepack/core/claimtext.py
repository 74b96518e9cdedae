"""Reading a claim as people write it: is it a sentence of ours, does it say what may not be said, or is it neither?

Negation is not understood: a text that denies something is never taken as allowed, and never as forbidden for it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tracepack.core.claimrules import ClaimRules, ClaimSentence, ForbiddenClaim

#: A claim is a sentence or two; of a longer text only this much is read, and it is never one of ours.
LONGEST = 2_000
_CJK = "\u3000-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_NEAR_CJK = re.compile(f"(?<=[{_CJK}]) | (?=[{_CJK}])")
_PERCENT = re.compile(r" ?(%|٪|\bper ?cent\b|\bprozent\b|\bpct\b\.?|\bv\. ?h\.)")
_OF_HUNDRED = re.compile(r"百分之([\d.]+|[零〇一二两三四五六七八九十百]+)")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NEGATION = re.compile(
    r"\b(not|no|non|none|never|neither|nor|without|isn't|doesn't|cannot|nicht|kein\w*|ohne|nie|niemals|weder|statt)\b|[不非无未]|没有"
)
_SENTENCE_END = re.compile(r"[.;:!?。、,]")
_BEFORE = 24
_GAPS = {
    "percent": r"(?P<percent>\d{1,3}(?:[.,]\d{1,9})?)",
    "scheme": r"(?P<scheme>[^(),;]{1,60})",
    "certificate": r"(?P<certificate>[0-9a-z][^(),;]{0,80})",
    "category": r"(?P<category>[^();%]{1,120}?)",
}
#: Stand in for the gaps while a sentence is folded like a text.
_MARKS = {chr(0xE000 + place): pattern for place, pattern in enumerate(_GAPS.values())}
_BETWEEN = re.compile(r"\s*,\s*|、| and | und |和")
_JOINED = {"en": " and ", "zh": "、", "de": " und "}


@dataclass(frozen=True, slots=True)
class Said:
    """One of our sentences with what stands in its gaps; None where it has no such gap.  Names are folded."""

    sentence: ClaimSentence
    percent: Decimal | None
    scheme: str | None
    certificate: str | None
    categories: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Hit:
    """What of a text may not be said, and by which rule."""

    rule: ForbiddenClaim
    words: str


@lru_cache(maxsize=4096)
def fold_claim(text: str) -> str:
    """A claim without case, width, invisible characters and ways to write percent; one space, none beside Chinese.

    >>> fold_claim("Contains　６０ per cent"), fold_claim("百分之六十 生物基")
    ('contains 60%', '60%生物基')
    """
    folded = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).casefold()
    shown = (" " if c.isspace() else "-" if unicodedata.category(c) == "Pd" else c for c in folded if unicodedata.category(c) != "Cf")
    plain = re.sub(" +", " ", "".join(shown).translate(str.maketrans("’‘“”„", '\'\'"""'))).strip()
    percent = _OF_HUNDRED.sub(lambda m: f"{_number(m[1])}%", _PERCENT.sub("%", plain))
    return _NEAR_CJK.sub("", percent)[:LONGEST]


def _number(text: str) -> str:
    """A Chinese number of at most a hundred in digits; digits as they are."""
    if text[0] in "0123456789.":
        return text
    if text in ("百", "一百"):
        return "100"
    tens, ten, ones = text.partition("十")
    value = (_DIGITS.get(tens, 1) if tens else 1) * 10 if ten else 0
    return str(value + sum(_DIGITS.get(c, 0) * 10**place for place, c in enumerate(reversed(ones or ("" if ten else tens)))))


def sentences_in(text: str, rules: ClaimRules) -> tuple[Said, ...]:
    """The sentences of ours that a text is made of; () unless all of it is."""
    folded = fold_claim(text)
    if len(text) > LONGEST or len(folded) >= LONGEST:  # what was not read may say anything
        return ()
    found: list[Said] = []
    at = 0
    while at < len(folded):
        said, end = _sentence_at(folded, at, rules)
        if said is None:
            return ()
        found.append(said)
        at = end
    return tuple(found)


def _sentence_at(folded: str, at: int, rules: ClaimRules) -> tuple[Said | None, int]:
    for sentence in rules.sentences:
        for language, text in sentence.text.items():
            match = _pattern(text).match(folded, at)
            said = match and _said(sentence, language, match.groupdict(), rules.categories)
            if match and said:
                return said, match.end()
    return None, at


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    """A sentence of ours as what it may look like, folded."""
    marked = text.format_map(dict(zip(_GAPS, _MARKS, strict=True)))
    plain = re.escape(fold_claim(marked).rstrip(".。"))
    return re.compile("".join(_MARKS.get(c, c) for c in plain) + r"[.。]?(?:\s*;?\s*|$)")


def _said(sentence: ClaimSentence, language: str, gaps: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> Said | None:
    """The sentence with its gaps, None where one holds what it cannot."""
    percent = Decimal(gaps["percent"].replace(",", ".")) if "percent" in gaps else None
    categories = None
    if "category" in gaps:
        names = {fold_claim(spoken[language]): name for name, spoken in words.items()}
        parts = _BETWEEN.split(gaps["category"])
        if not set(parts) <= names.keys():
            return None
        categories = frozenset(names[part] for part in parts)
    return Said(sentence, percent, gaps.get("scheme"), gaps.get("certificate"), categories)


def forbidden_in(text: str, model: str, day: dt.date, rules: ClaimRules, *, substance: bool = True) -> tuple[Hit, ...]:
    """What of a text may not be said of a lot of a model on a day, ``substance`` being physically in it; one hit a rule."""
    folded = fold_claim(text)
    hits = (_hit(rule, folded) for rule in rules.forbidden if rule.holds(model, day, substance=substance))
    return tuple(hit for hit in hits if hit is not None)


def _hit(rule: ForbiddenClaim, folded: str) -> Hit | None:
    if rule.unless is not None and rule.unless.search(folded):
        return None
    for pattern in rule.patterns:
        for match in pattern.finditer(folded):
            if not (rule.heeds_negation and _is_denied(folded, match)):
                return Hit(rule, match[0].strip())
    return None


def _is_denied(folded: str, match: re.Match[str]) -> bool:
    """Whether a word of negation stands inside what matches, or shortly before it in its clause."""
    before = _SENTENCE_END.split(folded[max(0, match.start() - _BEFORE) : match.start()])[-1]
    return _NEGATION.search(before + match[0]) is not None


def spoken(
    sentence: ClaimSentence,
    language: str,
    rules: ClaimRules,
    *,
    percent: int = 0,
    scheme: str = "",
    certificate: str = "",
    categories: Iterable[str] = (),
) -> str:
    """A sentence with its gaps filled in, in a language."""
    names = [rules.categories[name][language] for name in sorted(categories)]
    return sentence.text[language].format(percent=percent, scheme=scheme, certificate=certificate, category=_JOINED[language].join(names))
