"""The built-in material library: carbon fractions, mineral share, density and kind of materials, never a bio share.

A partly bio-based polymer's usual *routes* are kept too: which bio share of carbon belongs to which mass share on which
basis.  They turn a bio share that a supplier has stated into a mass share; they never supply one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tracepack.core.quantity import UNKNOWN_SHARE, Interval

_REGRIND = ("regrind", "regranul", "mahlgut", "rework", "回料", "再生粒", "リグラインド", "粉砕材")
#: What stands before a word for regrind where a name says that it is only part of the material, or has been worked on.
_PARTLY = re.compile(r"\d\s*%|\b(with|mit|incl|including|inkl|inklusive|plus|contains|enthält)\b|[+含掺]|配合|入り", re.IGNORECASE)
_REWORKED = re.compile(r"\brework(ed|ing)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Route:
    """A usual bio-based monomer of a polymer: ``biobased_carbon`` (of organic carbon) and the mass share on each basis."""

    name: str
    biobased_carbon: float
    mass: tuple[tuple[str, float], ...]

    def mass_share(self, basis: str | None) -> Interval:
        """The mass share on a basis; the span of all bases where the basis is not stated."""
        values = [share for name, share in self.mass if basis in (None, name)]
        return Interval(min(values), max(values))


@dataclass(frozen=True, slots=True)
class LibraryMaterial:
    """One material: shares of dry mass, ``mineral`` None where it depends on the product, ``source`` its formula."""

    name: str
    kind: str
    organic_carbon: Interval
    inorganic_carbon: Interval
    mineral: Interval | None
    polymer: Interval
    density: float | None
    source: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Library materials by folded name."""

    materials: Mapping[str, LibraryMaterial]

    def find(self, *names: str | None) -> LibraryMaterial | None:
        """The material of the first name that is known, or None."""
        for name in names:
            found = self.materials.get(fold_name(name)) if name else None
            if found is not None:
                return found
        return None


@lru_cache(maxsize=65_536)
def fold_name(name: str) -> str:
    """A material's name without case, width, spaces and punctuation ("Bio-PE", "bio pe" and "ＢＩＯＰＥ" are one)."""
    folded = (name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def says_regrind(name: str) -> bool:
    """Whether the name of a material, or the kind of a run, says that what it is of is production waste ground again.

    A name that has regrind as a part ("Film with 20 % regrind") is not one, nor is what was only reworked.

    >>> [says_regrind(name) for name in ("PP-Regrind", "回料", "Film 20% regrind", "Folie mit Mahlgut", "REWORKED FILM")]
    [True, True, False, False, False]
    """
    plain = unicodedata.normalize("NFKC", name).replace("_", " ")
    folded = fold_name(_REWORKED.sub(" ", plain))
    return any(word in folded for word in _REGRIND) and not _PARTLY.search(plain)


def library_from_table(table: Mapping[str, Any]) -> Library:
    """The library of ``data/materials.toml``: tables ``material.<name>`` with names, kind and shares."""
    materials: dict[str, LibraryMaterial] = {}
    for name, body in table["material"].items():
        material = _material(name, body)
        for spelling in (name, *body.get("names", ())):
            materials[fold_name(spelling)] = material
    return Library(materials)


def _interval(value: float | list[float]) -> Interval:
    return Interval(value[0], value[1]) if isinstance(value, list) else Interval.point(value)


def _material(name: str, body: Mapping[str, Any]) -> LibraryMaterial:
    mineral = body.get("mineral", 0.0)
    return LibraryMaterial(
        name=name,
        kind=body["kind"],
        organic_carbon=_interval(body["organic_carbon"]),
        inorganic_carbon=_interval(body.get("inorganic_carbon", 0.0)),
        mineral=None if mineral == "unknown" else _interval(mineral),
        polymer=UNKNOWN_SHARE if body.get("polymer") == "unknown" else Interval.point(body["polymer"]),
        density=body.get("density"),
        source=body["formula"],
        routes=tuple(
            Route(route, values["biobased_carbon"], tuple((basis, values[basis]) for basis in values if basis != "biobased_carbon"))
            for route, values in body.get("route", {}).items()
        ),
    )
