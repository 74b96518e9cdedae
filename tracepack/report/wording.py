"""The words of every document in the languages tracepack writes, and how numbers look in each."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, takewhile
from typing import Any

from tracepack import data
from tracepack.core.quantity import percent_text
from tracepack.report.answers import FigureAnswer

LANGUAGES = ("en", "zh", "de")
#: Each language, and every two side by side.
EVERY_LANGUAGE = (*LANGUAGES, *(",".join(pair) for pair in permutations(LANGUAGES, 2)))
#: No more words than this make the unit of a figure ("+2.50 points").
_UNIT = 2


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language: call it with a dotted key and the values its text names."""

    lang: str
    words: dict[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with ``{name}`` filled in; a key that is not there is a bug (KeyError)."""
        return self.words[key].format(**values)

    def term(self, table: str, value: str | None) -> str:
        """A vocabulary value in this language, or as it stands where the vocabulary does not know it; None is blank."""
        return self.words.get(f"{table}.{value}", value or "")

    def number(self, text: str) -> str:
        """A plain decimal number ("1234.5") with this language's decimal mark."""
        return text.replace(".", self.words["number.decimal"])

    def percent(self, share: float, decimals: int = 2) -> str:
        """A share 0..1 as an honest percentage."""
        return self.number(percent_text(share, decimals)).replace(" %", self.words["number.percent"])

    def kg(self, mass_kg: str | None) -> str:
        """A decimal string in kg with its unit; None says that the mass is not known."""
        return self("number.mass_unknown") if mass_kg is None else f"{self.number(mass_kg)} kg"

    def span(self, low: float | None, high: float | None) -> str:
        """A share's bounds as one percentage or a range; None, None says that it does not apply."""
        if low is None or high is None:
            return self("number.not_applicable")
        first, last = self.percent(low), self.percent(high)
        return first if first == last else self("number.range", low=first, high=last)

    def figure(self, figure: FigureAnswer) -> str:
        """A figure's bounds as text."""
        return self.span(figure.low, figure.high)


def _flat(raw: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as one dict of dotted keys (wording is two or three levels deep, never more)."""
    words: dict[str, str] = {}
    for name, value in raw.items():
        if isinstance(value, dict):
            words.update(_flat(value, f"{prefix}{name}."))
        else:
            words[f"{prefix}{name}"] = str(value)
    return words


@cache
def wording(lang: str) -> Wording:
    """The wording of "en", "zh" or "de", or of two of them ("en,zh"), whose texts then stand side by side.

    Any other language is a KeyError (the command line offers only these).
    """
    if lang not in EVERY_LANGUAGE:
        raise KeyError(lang)
    if lang not in LANGUAGES:
        first, second = wordings(lang)
        return Wording(first.lang, {key: both(text, second.words[key]) for key, text in first.words.items()})
    return Wording(lang, _flat(data.read_toml(f"wording/{lang}.toml")))


@cache
def wordings(lang: str) -> tuple[Wording, ...]:
    """The wording of each language that "en" or "en,zh" names; of two, both write figures as the first does."""
    if lang in LANGUAGES:
        return (wording(lang),)
    first, second = lang.split(",")
    figures = {key: wording(first).words[key] for key in ("number.decimal", "number.percent")}
    # A range says "to" in no language where it stands for both.
    figures["number.range"] = "{low} – {high}"
    return tuple(Wording(one, {**wording(one).words, **figures}) for one in (first, second))


def first_language(lang: str) -> str:
    """The language that leads, of one or two."""
    return lang.partition(",")[0]


def both(one: str, other: str) -> str:
    """The same said in two languages, in one line.

    What is the same in both stands once, and so does a figure before its unit ("+2.50 points / 个百分点") or after a name.
    """
    if one == other or not one or not other:
        return one or other
    words, others = one.split(" "), other.split(" ")
    head = _alike(words, others)
    if _is_figure(words[:head]) and 0 < len(words) - head <= _UNIT >= len(others) - head > 0:
        return f"{' '.join(words[:head])} {' '.join(words[head:])} / {' '.join(others[head:])}"
    tail = _alike(words[::-1], others[::-1])
    name, another = (" ".join(text[: len(text) - tail]) for text in (words, others))
    if tail and _is_figure(words[-tail:]) and name.endswith(":") and another.endswith(":"):
        return f"{name[:-1]} / {another} {' '.join(words[-tail:])}"
    return f"{one} / {other}"


def _alike(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, others, strict=False)))


def _is_figure(words: Sequence[str]) -> bool:
    return any(character.isdigit() for word in words for character in word)


def visible(text: str) -> str:
    """Text for a terminal or a picture: control and direction marks become visible escapes, so that data cannot act."""
    if _is_plain(text):
        return text
    return "".join(_escaped(c) if unicodedata.category(c) == "Cf" else c for c in printable(text))


def printable(text: str) -> str:
    """Text for a page, which isolates directions itself: only what no page may hold becomes a visible escape."""
    if _is_plain(text):
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs", "Cn") else c for c in text)


def _is_plain(text: str) -> bool:
    """Whether nothing in a text can act, as in nearly all text there is: no control or direction mark, nothing unassigned."""
    return text.replace("\N{NO-BREAK SPACE}", " ").isprintable()


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def display_width(text: str) -> int:
    """Columns a terminal gives the text: wide East Asian characters take two, combining ones none."""
    return len(text) if text.isascii() else sum(_columns(c) for c in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
