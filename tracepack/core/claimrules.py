"""What may be said of a lot and what may not, as values made from data: each with its source and status."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "zh", "de")


@dataclass(frozen=True, slots=True)
class ClaimSentence:
    """A sentence of ours: ``text`` by language with gaps, ``models`` (None: all) of lots it may be said of, ``figure`` its ceiling."""

    key: str
    models: frozenset[str] | None
    figure: str | None
    text: Mapping[str, str]
    source: str
    confirmed: bool

    @property
    def is_physical(self) -> bool:
        """Whether it speaks of substance, not of how the material was kept or booked."""
        return self.models is None


@dataclass(frozen=True, slots=True)
class ForbiddenClaim:
    """What may not be said, under ``models`` (None: all), from a day on.  ``patterns`` read folded text; ``unless`` frees it.

    ``of_substance``: it holds under every model where no physical content may be claimed.
    ``heeds_negation``: a word of negation before or inside what matches makes the text one that nobody has judged.
    """

    key: str
    models: frozenset[str] | None
    of_substance: bool
    figures: frozenset[str] | None
    valid_from: dt.date | None
    patterns: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    heeds_negation: bool
    example: Mapping[str, str]
    why: Mapping[str, str]
    source: str
    confirmed: bool

    def holds(self, model: str, day: dt.date, *, substance: bool) -> bool:
        """Whether the rule is in force on a day for a lot of a model that has ``substance`` to speak of or not."""
        concerned = self.models is None or model in self.models or (self.of_substance and not substance)
        return concerned and (self.valid_from is None or day >= self.valid_from)


@dataclass(frozen=True)
class ClaimRules:
    """The sentences, what is forbidden, and what categories of feedstock are called in a sentence, by language."""

    sentences: tuple[ClaimSentence, ...]
    forbidden: tuple[ForbiddenClaim, ...]
    categories: Mapping[str, Mapping[str, str]]


def claim_rules(table: Mapping[str, Any]) -> ClaimRules:
    """The rules of ``data/wording/claims.toml``."""
    return ClaimRules(
        sentences=tuple(map(_sentence, table["sentence"])),
        forbidden=tuple(map(_forbidden, table["forbidden"])),
        categories=table["category"],
    )


def _models(entry: Mapping[str, Any]) -> frozenset[str] | None:
    return frozenset(entry["models"]) if "models" in entry else None


def _sentence(entry: Mapping[str, Any]) -> ClaimSentence:
    return ClaimSentence(
        key=entry["key"],
        models=_models(entry),
        figure=entry.get("figure"),
        text={language: entry[language] for language in LANGUAGES},
        source=entry["source"],
        confirmed=entry["status"] == "confirmed",
    )


def _forbidden(entry: Mapping[str, Any]) -> ForbiddenClaim:
    return ForbiddenClaim(
        key=entry["key"],
        models=_models(entry),
        of_substance=entry.get("of_substance", False),
        figures=frozenset(entry["figures"]) if "figures" in entry else None,
        valid_from=entry.get("from"),
        patterns=tuple(map(re.compile, entry["patterns"])),
        unless=re.compile(entry["unless"]) if "unless" in entry else None,
        heeds_negation=entry.get("negation") != "meant",
        example=entry["example"],
        why=entry["why"],
        source=entry["source"],
        confirmed=entry["status"] == "confirmed",
    )
