"""Which fields a sustainability declaration has and which it must have, as values made from data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tracepack.core.library import fold_name

BOOKKEPT_MODELS = ("mass balance", "book and claim")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field: of the document or of each line, mandatory or not, and from when, for which models, categories and schemes (None: all).

    ``fill`` is the sheet and column where it is filled in, ``fill_physical`` the same for what is not claimed by bookkeeping.
    """

    key: str
    label: Mapping[str, str]
    of: Literal["document", "line"]
    mandatory: bool
    valid_from: dt.date | None
    models: frozenset[str] | None
    categories: frozenset[str] | None
    schemes: tuple[str, ...] | None
    fill: tuple[str, str]
    fill_physical: tuple[str, str]
    source: str
    confirmed: bool

    def binds(self, day: dt.date, scheme: str, models: Collection[str], categories: Collection[str]) -> bool:
        """Whether the field must be filled in, in a declaration of a day under a scheme with these models and categories."""
        return (
            self.mandatory
            and (self.valid_from is None or day >= self.valid_from)
            and (self.models is None or not self.models.isdisjoint(models))
            and (self.categories is None or not self.categories.isdisjoint(categories))
            and (self.schemes is None or fold_name(scheme).startswith(self.schemes))
        )

    def place(self, model: str) -> tuple[str, str]:
        """Sheet and column where it is filled in, for what is claimed under a model."""
        return self.fill if model in BOOKKEPT_MODELS else self.fill_physical


def declaration_rules(table: Mapping[str, Any]) -> tuple[FieldRule, ...]:
    """The fields of ``data/schemes/declaration.toml``, in their order."""
    return tuple(map(_field, table["field"]))


def _field(entry: Mapping[str, Any]) -> FieldRule:
    fill = (entry["fill"][0], entry["fill"][1])
    physical = entry.get("fill_physical", fill)
    return FieldRule(
        key=entry["key"],
        label=entry["label"],
        of=entry["of"],
        mandatory=entry["requirement"] == "mandatory",
        valid_from=entry.get("from"),
        models=frozenset(entry["models"]) if "models" in entry else None,
        categories=frozenset(entry["categories"]) if "categories" in entry else None,
        schemes=tuple(map(fold_name, entry["schemes"])) if "schemes" in entry else None,
        fill=fill,
        fill_physical=(physical[0], physical[1]),
        source=entry["source"],
        confirmed=entry["status"] == "confirmed",
    )
