"""What findings say, in other languages: the English sentence, as it arises in code, is the key of its translations.

``wording/messages.toml`` holds every sentence with its gaps in braces.  A sentence that was filled in is found again by its
fixed words; what stands in its gaps is said in the language too where it is a sentence of the table itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from tracepack.data import read_toml

_GAP = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English sentence with gaps, the pattern that finds it filled in, and its translations by language."""

    english: str
    pattern: re.Pattern[str]
    translations: tuple[tuple[str, str], ...]

    @property
    def fixed(self) -> int:
        """How many of its characters are no gap: of several that fit, the one with the most is meant."""
        return len(_GAP.sub("", self.english))


@cache
def sentences() -> tuple[Sentence, ...]:
    """Every sentence of the table, those with the most fixed words first."""
    found = []
    for entry in read_toml("wording/messages.toml")["message"]:
        english = entry["en"]
        parts = _GAP.split(english)
        pattern = "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        translations = tuple((language, entry[language]) for language in sorted(entry) if language != "en")
        found.append(Sentence(english, re.compile(pattern, re.DOTALL), translations))
    return tuple(sorted(found, key=lambda sentence: -sentence.fixed))


@lru_cache(maxsize=4096)
def say_in(text: str, language: str) -> str:
    """A message or hint in a language ("en", "de", "zh"); as it is where the table has no such sentence."""
    if language == "en" or not text:
        return text
    for sentence in sentences():
        match = sentence.pattern.fullmatch(text)
        translated = dict(sentence.translations).get(language)
        if match and translated:
            return _filled(translated, {name: say_in(value, language) for name, value in match.groupdict().items()})
    return text


def _filled(sentence: str, gaps: Mapping[str, str]) -> str:
    return _GAP.sub(lambda gap: gaps[gap[1]], sentence)
