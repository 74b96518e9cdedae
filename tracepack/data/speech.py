"""What findings say, in other languages: the English sentence, as it arises in code, is the key of its translations.

``wording/messages.toml`` holds every sentence with its gaps in braces.  A sentence that was filled in is found again by its
fixed words.  What stands in a gap is data and stays as it is, unless the gap's kind says that the program wrote it:
``{mass:number}``, ``{column:column}``, ``{place:phrase}`` (another sentence), ``{whom:word}`` (one without gaps, else data),
``{places:list,}`` (phrases between commas), ``{model:choice chain_of_custody}`` (a value of that list),
``{name:field}`` (a field of a declaration).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from string import Formatter

from tracepack.data import layout, read_toml

_NUMBER = re.compile(r"[<>]? ?-?[0-9][0-9.]*(e[+-]?[0-9]+)?( %)?( to [<>]? ?-?[0-9][0-9.]*(e[+-]?[0-9]+)?( %)?)?", re.IGNORECASE)
#: Ways to divide a text among a sentence's gaps that are looked at: an English sentence has one or two that could be meant.
_MOST_WAYS = 50


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence: the fixed parts around its gaps, the gaps' names and kinds, its translations by language."""

    english: str
    parts: tuple[str, ...]
    gaps: tuple[tuple[str, str], ...]
    translations: Mapping[str, str]

    @property
    def fixed(self) -> int:
        """How many of its characters are no gap: of several that fit, the one with the most is meant."""
        return sum(map(len, self.parts))


def _sentence(entry: Mapping[str, str]) -> Sentence:
    parts, gaps = [""], []
    for text, name, kind, _ in Formatter().parse(entry["en"]):
        parts[-1] += text
        if name is not None:
            gaps.append((name, kind or ""))
            parts.append("")
    return Sentence(entry["en"], tuple(parts), tuple(gaps), {language: said for language, said in entry.items() if language != "en"})


@cache
def sentences(table: str) -> tuple[Sentence, ...]:
    """The sentences of a table, "message" or "phrase", those with the most fixed words first."""
    found = map(_sentence, read_toml("wording/messages.toml")[table])
    return tuple(sorted(found, key=lambda sentence: -sentence.fixed))


@lru_cache(maxsize=4096)
def say_in(text: str, language: str) -> str:
    """A message, hint or reason in a language ("en", "de", "zh"); as it is where the table has no such sentence."""
    if language == "en" or not text:
        return text
    return _said(text, language, (*sentences("message"), *_words(), *_reasons())) or text


@cache
def _reasons() -> tuple[Sentence, ...]:
    """Why something may not be claimed, said beside the rule itself."""
    reasons = [rule["why"] for rule in read_toml("wording/claims.toml")["forbidden"]]
    return tuple(Sentence(why["en"], (why["en"],), (), why) for why in reasons)


@cache
def _words() -> tuple[Sentence, ...]:
    return tuple(sentence for sentence in sentences("phrase") if not sentence.gaps)


def _said(text: str, language: str, among: tuple[Sentence, ...]) -> str | None:
    """The translation by the first sentence that fits, None where none does."""
    for sentence in among:
        for values in _ways(sentence.parts, text):
            filled = [_gap(value, kind, language) for value, (_, kind) in zip(values, sentence.gaps, strict=True)]
            if None not in filled:
                names = (name for name, _ in sentence.gaps)
                return sentence.translations[language].format_map(dict(zip(names, filled, strict=True)))
    return None


def _ways(parts: tuple[str, ...], text: str) -> Iterator[tuple[str, ...]]:
    """What may stand in the gaps between the parts so that they make up the text; the shortest first gap first."""
    if not text.startswith(parts[0]):
        return
    if len(parts) == 1:
        if text == parts[0]:
            yield ()
        return
    yield from islice(_divided(parts[1:], text[len(parts[0]) :]), _MOST_WAYS)


def _divided(parts: tuple[str, ...], text: str) -> Iterator[tuple[str, ...]]:
    """As `_ways`, of a text that begins with a gap."""
    first, rest = parts[0], parts[1:]
    if not rest:
        if text.endswith(first) and len(text) > len(first):
            yield (text[: len(text) - len(first)],)
        return
    at = text.find(first, 1)
    while at > 0:
        found = False
        for others in _divided(rest, text[at + len(first) :]):
            found = True
            yield (text[:at], *others)
        if not found:  # where the shortest gap leaves too little for the rest, a longer one leaves less
            return
        at = text.find(first, at + 1)


def _gap(value: str, kind: str, language: str) -> str | None:
    """What stands in a gap, in a language; None where it is not of the gap's kind."""
    if kind == "number":
        return _number(value, language)
    if kind == "phrase":
        return _said(value, language, _phrases())
    if kind == "word":
        return _said(value, language, _words()) or value
    if kind in {"column", "sheet"}:
        return _titles(kind, language).get(value.strip("'"))
    if kind.startswith("list"):
        separator = kind.removeprefix("list") + " "
        return separator.join(_said(item, language, _phrases()) or item for item in value.split(separator))
    return _names(kind, language).get(value, value)


@cache
def _phrases() -> tuple[Sentence, ...]:
    return (*sentences("phrase"), *sentences("message"))


def _number(value: str, language: str) -> str | None:
    """Numbers that the program wrote ("54.41 %", "30 to 35"), with the language's decimal mark; None for anything else."""
    if not _NUMBER.fullmatch(value):
        return None
    words = read_toml(f"wording/{language}.toml")["number"]
    low, _, high = re.sub(r"(?<=\d)\.(?=\d)", words["decimal"], value).replace(" %", words["percent"]).partition(" to ")
    return words["range"].format(low=low, high=high) if high else low


def choice_in(vocabulary: str, value: str, language: str) -> str:
    """A value of a list as a language's sheets call it; as it is where they have no word of their own."""
    return value if language == "en" else _choices(vocabulary, language).get(value, value)


def _names(kind: str, language: str) -> Mapping[str, str]:
    """What a kind of gap calls values that may also be data; {} where all of it is data."""
    if kind == "field":
        return _labels(language)
    return _choices(kind.removeprefix("choice "), language) if kind.startswith("choice ") else {}


def title_in(kind: str, name: str, language: str) -> str:
    """A column's header or (``kind`` "sheet") a sheet's name as a template in a language has it; as it is where none does."""
    return name if language == "en" else _titles(kind, language).get(name, name)


@cache
def _labels(language: str) -> Mapping[str, str]:
    """What the fields of a sustainability declaration are called in a language, by their English names."""
    return {field["label"]["en"]: field["label"][language] for field in read_toml("schemes/declaration.toml")["field"]}


@cache
def _choices(vocabulary: str, language: str) -> Mapping[str, str]:
    """What the values of a list are called in a language's sheets, by the English ones."""
    return {value: words[language][0] for value, words in read_toml("headers.toml")["value"][vocabulary].items() if words.get(language)}


@cache
def _titles(kind: str, language: str) -> Mapping[str, str]:
    """The headers of columns, or the names of sheets, as a template in the language has them, by the English ones."""
    sheets = layout().sheets.values()
    if kind == "sheet":
        return {sheet.name: sheet.synonyms[language][0] for sheet in sheets}
    return {column.header: column.synonyms[language][0] for sheet in sheets for column in sheet.columns}
