"""What one header means: the contract's names and their synonyms, with units, in one language or in several at once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from tracepack import data
from tracepack.core.quantity import is_known_unit

_LOOKALIKES = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "μ": "u", "\u00b5": "u"})


def fold(text: str) -> str:
    """A name without case, width, spacing and punctuation; ‰ stays, since it is not %."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.casefold()))
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKALIKES)
    return "".join(c for c in folded if c.isalnum() or c == "‰")


@dataclass(frozen=True, slots=True)
class Match:
    """A header understood: the field's key, the unit it states for a quantity, the factor from its unit to the field's."""

    key: str
    unit: str = ""
    factor: Decimal = Decimal(1)


@cache
def _spellings(layout_name: str) -> dict[str, str]:
    """Folded header -> field key, of one sheet; the contract's own headers and keys win over synonyms."""
    columns = data.layout().sheets[layout_name].columns
    names = {fold(spelling): column.key for column in columns for spelling in (column.header, column.key)}
    for column in columns:
        for spelling in (word for words in column.synonyms.values() for word in words):
            names.setdefault(fold(spelling), column.key)
    return names


#: Units that a header of a number column may carry, by field: how many of the contract's unit one of them is.
HEADER_UNITS: dict[str, dict[str, str]] = {
    "thickness": {"um": "1", "micron": "1", "microns": "1", "mu": "1", "微米": "1", "mm": "1000", "毫米": "1000", "nm": "0.001"},
    "density": {"gcm3": "1", "gml": "1", "gcc": "1", "kgl": "1", "tm3": "1", "克立方厘米": "1", "kgm3": "0.001"},
    "grammage": {"gm2": "1", "gsm": "1", "gqm": "1", "克平方米": "1", "kgm2": "1000"},
    "width": {"mm": "1", "毫米": "1", "cm": "10", "厘米": "10", "m": "1000", "米": "1000"},
    "piece_weight": {"g": "1", "克": "1", "mg": "0.001", "kg": "1000"},
}
_SHARE_WORDS = frozenset("wt w mass weight ww gew 质量 质量分数 重量 percent pct prozent dry dm toc".split())  # noqa: SIM905
#: Names of pieces that in a header speak of units in general ("Mass Unit").
_NO_UNITS = frozenset(["unit", "units"])
_PMC_WORDS = frozenset(["pmc", "percent"])
_BRACKETED = re.compile(r"(?P<base>.*?)[\s,:;]*[(\[（【](?P<unit>[^()\[\]（）【】]*)[)\]）】]\s*\*?\s*")
_LAST_WORD = re.compile(r"(?P<base>.*\S)\s+(?P<unit>[^\s\d]\S*?)\s*\*?")
_AFTER_MARK = re.compile(r"(?P<base>.*?[^\s,;:/\-–—])(?:\s*[,;:/\-–—]\s*|\s+in\s+)(?P<unit>[^\s\d][^,;:]*?)\s*\*?")

_EAST_ASIAN = "\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
_SCRIPTS = re.compile(rf"[{_EAST_ASIAN}]+|[^{_EAST_ASIAN}]+")
_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_SEPARATORS = re.compile(r"\s*[/|;·•]\s*")
#: Words that make another quantity of what they stand beside; a translation without them does not take them back.
_ALTERING_WORDS = (
    "gross brutto tare tara pallet packaging verpackung rejected reject planned plan ordered order target soll theoretical total sum "
    "remaining rest stock previous max min expected"
)
_ALTERING = frozenset(_ALTERING_WORDS.split())
_ALTERING_SIGNS = frozenset("毛皮总計予预剩余退")
#: Words beside a measured thing that add nothing to its name.
_FILLERS = re.compile(r"\b(content|contents|value|result|gehalt|data|details|information|info)\b|含量|信息|数据", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a sheet's columns may have: those of the vocabulary, and those that a user has ``told``.

    ``told``: pairs of a folded header and the field that it means; such a field answers to no other header.
    """

    layout: str
    told: frozenset[tuple[str, str]] = frozenset()

    def match(self, header: str) -> Match | None:
        """What a header means, or None."""
        return _match(self, header)


@lru_cache(maxsize=32768)
def _match(names: Names, header: str) -> Match | None:
    if not names.told:
        return match_header(names.layout, header)
    told = dict(names.told)
    whole = told.get(fold(header))
    if whole:
        return stated_unit(names.layout, whole, header) or Match(whole)
    for pattern in (_BRACKETED, _LAST_WORD, _AFTER_MARK):
        tail = pattern.fullmatch(header.strip())
        key = told.get(fold(tail["base"])) if tail else None
        if tail and key and (match := _with_unit(names.layout, key, tail["unit"])):
            return match
    found = match_header(names.layout, header)
    return None if found and found.key in told.values() else found


def stated_unit(layout_name: str, key: str, header: str) -> Match | None:
    """A field's match with the unit that its header states, whatever the header is called; None where it states none."""
    for pattern in (_BRACKETED, _LAST_WORD, _AFTER_MARK):
        tail = pattern.fullmatch(header.strip())
        match = _with_unit(layout_name, key, tail["unit"]) if tail else None
        if match and (match.unit or match.factor != 1):
            return match
    inside = (_with_unit(layout_name, key, unit) for unit in _BRACKETS.findall(header))
    return next((match for match in inside if match and (match.unit or match.factor != 1)), None)


@lru_cache(maxsize=32768)
def match_header(layout_name: str, header: str) -> Match | None:
    """What a header of a sheet means by the vocabulary, or None.

    A unit in brackets or at the end is taken off and understood; a header in several languages is understood where its
    parts agree ("Component Mass (g) 重量": the part that is not known must at least end like one that is).
    """
    return _match_part(layout_name, header) or _match_translations(layout_name, header)


def _match_part(layout_name: str, header: str) -> Match | None:
    """One name with its unit."""
    spellings = _spellings(layout_name)
    text = header.strip()
    whole = spellings.get(fold(text))
    if whole is not None:
        return Match(whole) if "%" not in unicodedata.normalize("NFKC", text) or _may_be_percent(layout_name, whole) else None
    for pattern in (_BRACKETED, _LAST_WORD, _AFTER_MARK):
        tail = pattern.fullmatch(text)
        key = spellings.get(fold(tail["base"])) if tail else None
        if tail and key:
            return _with_unit(layout_name, key, tail["unit"])
    return None


def _may_be_percent(layout_name: str, key: str) -> bool:
    """Whether a field is a percentage; "Mass %" is none of Quantity's names."""
    return data.layout().sheets[layout_name].column(key).type in {"share", "number"}


def _with_unit(layout_name: str, key: str, unit: str) -> Match | None:
    """A matched column with its header's unit, or None where the unit is not one that the column may have."""
    kind = data.layout().sheets[layout_name].column(key).type
    folded = fold(unit)
    if kind == "share":
        return Match(key) if not folded or folded in _SHARE_WORDS or "%" in unit else None
    if key in HEADER_UNITS:
        factor = HEADER_UNITS[key].get(folded)
        return Match(key, factor=Decimal(factor)) if factor else None
    if kind == "decimal":
        return Match(key, unit=unit.strip()) if is_known_unit(unit) and folded not in _NO_UNITS else None
    if kind == "number":
        return Match(key) if not folded or folded in _PMC_WORDS else None
    return Match(key) if not folded else None


def _match_translations(layout_name: str, header: str) -> Match | None:
    """A header that says the same more than once: every part understood means the same field, and one is understood whole."""
    brackets = [text.strip() for text in _BRACKETS.findall(header) if text.strip()]
    rest = _BRACKETS.sub(" / ", header)
    parts = [part for piece in _SEPARATORS.split(rest) for part in _by_script(piece)]
    if len(parts) + len(brackets) < 2 or not parts:
        return None
    understood = {part: match for part in (*parts, *brackets) if (match := _match_part(layout_name, part))}
    keys = {match.key for match in understood.values()}
    if len(keys) != 1:
        return None
    key = keys.pop()
    if not all(part in understood or _ends_like(layout_name, part, key) for part in parts):
        return None
    stated = [match for match in understood.values() if match.unit or match.factor != 1]
    for bracket in brackets:
        if bracket not in understood:
            with_unit = _with_unit(layout_name, key, bracket)
            if with_unit is None:
                return None
            stated.append(with_unit)
    return (stated or [Match(key)])[0] if len({(m.unit, m.factor) for m in stated}) <= 1 else None


def _by_script(piece: str) -> list[str]:
    """Runs of East Asian and of other writing, those that hold a letter."""
    runs = [run.strip(" ,:;-–—*") for run in _SCRIPTS.findall(piece)]
    return [run for run in runs if any(c.isalpha() for c in run)]


def _ends_like(layout_name: str, part: str, key: str) -> bool:
    """Whether a name that is not known ends like one of the field's ("Component Mass"), with nothing that alters it."""
    words = fold_words(part)
    if not words or _ALTERING & set(words) or _ALTERING_SIGNS & set(part):
        return False
    spellings = _spellings(layout_name)
    if any(spellings.get("".join(words[start:])) == key for start in range(len(words))):
        return True
    return not part.isascii() and any(spellings.get(fold(part)[start:]) == key for start in range(1, len(part)))


def fold_words(text: str) -> list[str]:
    """The words of a text, each folded."""
    return [folded for word in re.split(r"[\s/_-]+", text) if (folded := fold(word))]


def joined_headers(above: str, below: str) -> tuple[str, ...]:
    """How a header under a group's header may be read together, most certain first."""
    if not (above and below):
        return (above or below,)
    bare = " ".join(_FILLERS.sub(" ", above).split())
    return tuple(
        dict.fromkeys((f"{above} {below}", f"{below} {above}", f"{bare} {below}".strip(), f"{above} ({below.strip('()[]')})", below))
    )
