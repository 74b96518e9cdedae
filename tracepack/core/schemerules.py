"""What schemes ask of the chain of custody, as values made from data: how models combine, and each scheme's own rules.

A model is one of `CustodyRules.models`, strongest first; the last, "none", is what uncertified material has.  Each rule names
its source and says whether a public text confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, TypeAlias

from tracepack.core.library import fold_name

#: (model, model) -> model, for every pair.
Table: TypeAlias = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, its values, what it says by language, where that stands, and whether a public text confirms it."""

    name: str
    values: tuple[str, ...]
    says: Mapping[str, str]
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Scheme:
    """A certification scheme; ``names`` are folded."""

    name: str
    names: frozenset[str]
    edition: str
    source: str
    rules: tuple[Rule, ...]

    def rule(self, name: str) -> Rule | None:
        """A rule by its name, None where the scheme has none."""
        return next((rule for rule in self.rules if rule.name == name), None)

    def values(self, name: str) -> tuple[str, ...]:
        """A rule's values, () where the scheme has none."""
        rule = self.rule(name)
        return rule.values if rule else ()


@dataclass(frozen=True)
class CustodyRules:
    """How models combine, and the schemes by name.

    ``blend`` and ``blend_unknown_share`` are of two lots of different sources, ``certified`` of (a lot's model, the model of the
    certificate of the site that it passes through).  ``neutral`` holds where a scheme has no rule of its own.
    ``general`` are the rules behind the tables.
    """

    models: tuple[str, ...]
    blend: Table
    blend_unknown_share: Table
    certified: Table
    neutral: frozenset[str]
    general: tuple[Rule, ...]
    schemes: tuple[Scheme, ...]

    def rank(self, model: str) -> int:
        """0 is the strongest model."""
        return self.models.index(model)

    def weakest(self, models: Iterable[str]) -> str:
        """The weakest of some models."""
        return max(models, key=self.rank)

    @cached_property
    def _by_name(self) -> Mapping[str, Scheme]:
        return {name: scheme for scheme in self.schemes for name in scheme.names}

    def scheme(self, name: str) -> Scheme | None:
        """A scheme by any of its names; None where it is not known."""
        return self._by_name.get(fold_name(name))

    def scheme_key(self, name: str) -> str:
        """One name for all spellings of a scheme: that of its file, else its own without case and punctuation."""
        scheme = self.scheme(name)
        return scheme.name if scheme else fold_name(name)

    def scheme_of_number(self, certificate_no: str) -> Scheme | None:
        """The scheme whose certificate numbers begin as this one does; None where no prefix fits."""
        number = fold_name(certificate_no)
        fitting = [(len(p), s) for s in self.schemes for p in s.values("certificate-prefix") if number.startswith(fold_name(p))]
        return max(fitting, key=lambda found: found[0])[1] if fitting else None

    def takes_in(self, scheme: str, other: str) -> bool:
        """Whether material of another scheme may enter a scheme's books; its own always may."""
        into, material = self.scheme_key(scheme), self.scheme_key(other)
        known = self.scheme(scheme)
        return into == material or (known is not None and material in map(self.scheme_key, known.values("accepts")))

    def is_neutral(self, kind: str, scheme: str = "") -> bool:
        """Whether material of a kind counts neither as certified nor as uncertified."""
        known = self.scheme(scheme)
        rule = known.rule("neutral") if known else None
        return kind in (rule.values if rule else self.neutral)


def custody_rules(table: Mapping[str, Any], schemes: Sequence[Mapping[str, Any]] = ()) -> CustodyRules:
    """The rules of ``data/schemes/custody.toml`` and of one table for each scheme."""
    models = tuple(table["models"])
    blend = _both_ways(table["blend"]["rows"])
    unknown = {**blend, **_both_ways(table["blend_unknown_share"]["rows"])}
    certified = {pair: models[max(map(models.index, pair))] for pair in product(models, models)}
    general = tuple(_rule({"name": name, **table[name]}) for name in ("blend", "blend_unknown_share", "certified", "neutral"))
    known = sorted(map(_scheme, schemes), key=lambda scheme: scheme.name)
    return CustodyRules(models, blend, unknown, certified, frozenset(table["neutral"]["values"]), general, tuple(known))


def _both_ways(rows: Iterable[Sequence[str]]) -> dict[tuple[str, str], str]:
    return {pair: gives for one, other, gives in rows for pair in ((one, other), (other, one))}


def _scheme(table: Mapping[str, Any]) -> Scheme:
    head = table["scheme"]
    return Scheme(
        name=head["name"],
        names=frozenset(map(fold_name, (head["name"], *head["names"]))),
        edition=head["edition"],
        source=head["source"],
        rules=tuple(map(_rule, table.get("rule", ()))),
    )


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(table["name"], tuple(table.get("values", ())), table["says"], table["source"], table["status"] == "confirmed")
