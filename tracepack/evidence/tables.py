"""The tables of a dossier beside those of the second algorithm: origins, attributed origins, chain-of-custody models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from tracepack.core.recountorigins import OriginKey
from tracepack.evidence.comparing import SAME, Second
from tracepack.report.answers_verify import Difference, TableCheck

_Name: TypeAlias = Literal["origins", "attributed_origins", "custody"]
#: A table as texts or shares by what the entry is of.
_Table: TypeAlias = Mapping[str, float | str | None]
_NOWHERE = "nowhere recorded"


def table_checks(told: Any, second: Second) -> list[TableCheck]:
    """Every table of a dossier: how many entries the second algorithm finds, and which of them the dossier states otherwise."""
    tables: list[tuple[_Name, _Table, tuple[str, ...]]] = [
        ("origins", _shares(second, "origins"), second.origins.whys),
        ("attributed_origins", _shares(second, "attributed_origins"), second.origins.whys),
        ("custody", _models(second), second.custody.whys),
    ]
    return [_check(name, told, found, open_=bool(whys)) for name, found, whys in tables]


def _check(name: _Name, told: Any, found: _Table, *, open_: bool) -> TableCheck:
    try:
        stated = _stated(name, told)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        stated = {"": "a table that cannot be read"}
    differing = [] if open_ else list(_differences(name, stated, found))
    second: Any = "unconfirmed" if open_ else "differs" if differing else "same"
    return TableCheck(table=name, entries=len(found), second=second, differences=differing)


def _stated(name: _Name, told: Any) -> _Table:
    if name == "custody":
        models: dict[str, float | str | None] = {_lot(lot): lot["chain_of_custody"] for lot in told["trace"]["lots"]}
        return models | {"": told["trace"]["chain_of_custody"]["model"]}
    rows = told["content"][name]
    shares: dict[str, float | str | None] = {_label(r["source"], r["owner"], r["lot"]): float(r["mass_share"]) for r in rows}
    if name == "origins":
        spans = {_label(r["source"], r["owner"], r["lot"]): (r["bio_carbon_share_low"], r["bio_carbon_share_high"]) for r in rows}
        for label, span in spans.items():
            ends = zip(_ENDS, span, strict=True)
            shares |= {f"{label}, {end}": None if value is None else float(value) for end, value in ends}
    return shares


_ENDS = ("least part of the bio-based carbon", "greatest part of the bio-based carbon")


def _shares(second: Second, name: _Name) -> _Table:
    """Shares of origins, and the spans of their part of the bio-based carbon."""
    origins = second.origins
    found: dict[str, float | str | None] = {}
    for key, share in (origins.physical if name == "origins" else origins.attributed).items():
        found[_of(key)] = float(share)
        if name == "origins":
            span = origins.bio_carbon.get(key)
            found |= {f"{_of(key)}, {end}": None if span is None else float(span[i]) for i, end in enumerate(_ENDS)}
    return found


def _models(second: Second) -> _Table:
    return {f"{lot.owner} {lot.number}": model for lot, model in second.custody.lots.items()} | {"": second.custody.model}


def _lot(lot: Any) -> str:
    return f"{lot['owner']} {lot['number']}"


def _of(key: OriginKey) -> str:
    source, lot = key
    return _label(source, *((None, None) if lot is None else lot))


def _label(source: str | None, owner: str | None, lot: str | None) -> str:
    return " ".join(filter(None, (owner, lot, source))) or _NOWHERE


def _differences(name: _Name, stated: _Table, found: _Table) -> Iterator[Difference]:
    for label in dict.fromkeys([*stated, *found]):
        there, here = stated.get(label), found.get(label)
        both = isinstance(there, float) and isinstance(here, float)
        if there != here and not (both and abs(there - here) <= SAME):  # type: ignore[operator]
            what = f"{_SAID[name]} {label}".strip()
            yield Difference(what=f"{what}, by the second algorithm", there=_text(there), here=_text(here))


#: What an entry of a table is called where it differs.
_SAID = {"origins": "origin", "attributed_origins": "attributed origin", "custody": "chain-of-custody model"}


def _text(value: float | str | None) -> str:
    return "nothing" if value is None else f"{value:.9f}" if isinstance(value, float) else str(value)
