"""What schemes ask of a lot's content, as values made from data: gates, tiers, categories, and where each rule stands.

A scheme is judged where its file has a table ``judgement``; shares are 0..1.  Words are by language ("en", "zh", "de").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tracepack.core.library import fold_name

Edge = Literal["lower", "upper"]


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold: a ``figure`` of at least a share, audit ``tests`` that pass, or one of the chain-of-custody ``models``.

    ``figure`` is "" and ``at_least`` 0 where the gate is of tests or models.
    """

    key: str
    figure: str
    at_least: float
    tests: tuple[str, ...]
    models: tuple[str, ...]
    says: Mapping[str, str]
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of the label, from a share of the scheme's figure on up to the next tier."""

    start: float
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products with a minimum of its own, which takes the place of the gates' of the same figure."""

    key: str
    at_least: float
    says: Mapping[str, str]
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Note:
    """What a scheme or law says that no figure decides."""

    key: str
    says: Mapping[str, str]
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class JudgedScheme:
    """A scheme or law that a lot is judged by.

    ``figure`` is what its tiers and statement are of ("" for none); ``step`` what the statement is rounded down to (0: as
    computed); ``edge`` which tier owns the share between two: the one that begins there ("lower") or the one that ends
    there; ``asked_evidence`` the ranks of evidence that it accepts; ``inventory`` whether it asks for an inventory.
    """

    name: str
    names: frozenset[str]
    edition: str
    source: str
    title: Mapping[str, str]
    figure: str
    step: float
    edge: Edge
    tiers_source: str
    tiers_confirmed: bool
    validity: Mapping[str, str]
    evidence: Mapping[str, str]
    asked_evidence: tuple[str, ...]
    inventory: bool
    gates: tuple[Gate, ...]
    tiers: tuple[Tier, ...]
    categories: tuple[Category, ...]
    notes: tuple[Note, ...]

    @property
    def gated(self) -> frozenset[str]:
        """The figures that have a gate or a category's minimum."""
        return frozenset({gate.figure for gate in self.gates} | ({self.figure} if self.categories else set())) - {""}


@dataclass(frozen=True, slots=True)
class JudgementRules:
    """Every scheme that a lot is judged by, by name."""

    schemes: tuple[JudgedScheme, ...]

    def find(self, name: str) -> tuple[JudgedScheme, Category | None] | None:
        """A scheme by any of its names, case and punctuation aside, with a category after a colon; None where it is not known."""
        head, _, tail = name.partition(":")
        scheme = next((s for s in self.schemes if fold_name(head) in s.names), None)
        if scheme is None or not tail.strip():
            return None if scheme is None else (scheme, None)
        category = next((c for c in scheme.categories if fold_name(tail) in {fold_name(c.key), *map(fold_name, c.says.values())}), None)
        return None if category is None else (scheme, category)

    def offered(self) -> tuple[str, ...]:
        """Every name that `find` takes, one a scheme and one a category."""
        return tuple(name for s in self.schemes for name in (s.name, *(f"{s.name}: {c.key}" for c in s.categories)))


def judgement_rules(tables: Iterable[Mapping[str, Any]]) -> JudgementRules:
    """The rules of those scheme files that have a table ``judgement``."""
    judged = [_scheme(table) for table in tables if "judgement" in table]
    return JudgementRules(tuple(sorted(judged, key=lambda scheme: scheme.name.casefold())))


def _scheme(table: Mapping[str, Any]) -> JudgedScheme:
    head, body = table["scheme"], table["judgement"]
    tiers = body.get("tiers", {})
    return JudgedScheme(
        name=head["name"],
        names=frozenset(map(fold_name, (head["name"], *head["names"], *body["title"].values()))),
        edition=head["edition"],
        source=head["source"],
        title=body["title"],
        figure=body.get("figure", ""),
        step=body.get("round_down_to", 0.0),
        edge=tiers.get("edge", "lower"),
        tiers_source=tiers.get("source", ""),
        tiers_confirmed=tiers.get("status", "") == "confirmed",
        validity=body.get("validity", {}),
        evidence=body.get("evidence", {}),
        asked_evidence=tuple(body.get("asked_evidence", ())),
        inventory=body.get("inventory", False),
        gates=tuple(map(_gate, table.get("gate", ()))),
        tiers=_tiers(tiers.get("steps", ())),
        categories=tuple(Category(c["key"], c["at_least"], c["says"], c["source"], _confirmed(c)) for c in table.get("category", ())),
        notes=tuple(Note(n["key"], n["says"], n["source"], _confirmed(n)) for n in table.get("note", ())),
    )


def _gate(table: Mapping[str, Any]) -> Gate:
    return Gate(
        key=table["key"],
        figure=table.get("figure", ""),
        at_least=table.get("at_least", 0.0),
        tests=tuple(table.get("tests", ())),
        models=tuple(table.get("models", ())),
        says=table["says"],
        source=table["source"],
        confirmed=_confirmed(table),
    )


def _tiers(steps: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    return tuple(sorted((Tier(step["from"], step["says"]) for step in steps), key=lambda tier: tier.start))


def _confirmed(table: Mapping[str, Any]) -> bool:
    return bool(table["status"] == "confirmed")
