"""What two JSON documents say differently, value by value, each named by its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from tracepack.report.answers_verify import Difference

_LONGEST, _NAME_LENGTH = 200, 50
#: Longer lists are not laid side by side, only counted.
_MOST_PAIRS = 1_000_000
#: What tells entries of a list apart, for a reader and for laying two lists side by side.
_NAMES = ("owner", "lot", "number", "source", "run", "figure", "scheme", "key", "name", "report", "certificate", "shipment")
_MORE_NAMES = ("field", "file", "sheet", "cell", "kind", "id", "from", "to")


class Missing:
    """Stands for a value that is not there."""


#: Two entries that belong together, each with its number from 1; one of them may be missing.
_Pair: TypeAlias = tuple[int, Any, Any]


def differences(there: Any, here: Any, place: str = "dossier", entry: str = "") -> Iterator[Difference]:
    """Every value that differs, named by its place and by the ``entry`` of a list that it stands in."""
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*there, *(key for key in here if key not in there)]:
            yield from differences(there.get(key, Missing), here.get(key, Missing), f"{place}.{key}", entry)
    elif isinstance(there, list) and isinstance(here, list):
        yield from _in_lists(there, here, place, entry)
    elif there != here or isinstance(there, bool) != isinstance(here, bool):
        what = f"{place} ({entry})" if entry else place
        yield Difference(what=what, there=_shown(there), here=_shown(here))


def _in_lists(there: list[Any], here: list[Any], place: str, entry: str) -> Iterator[Difference]:
    names = [[_name(value) for value in side] for side in (there, here)]
    if names[0] != names[1] and len(there) * len(here) > _MOST_PAIRS:
        yield Difference(what=place, there=f"{len(there)} entries", here=f"{len(here)} entries")
        return
    for number, one, other in _paired(there, here, names):
        name = _name(one if other is Missing else other, _NAMES)
        yield from differences(one, other, f"{place}[{number}]", name or entry)


def _paired(there: Sequence[Any], here: Sequence[Any], names: Sequence[Sequence[str]]) -> Iterator[_Pair]:
    """The entries of two lists side by side, in their order; what only one of them has stands beside nothing."""
    if names[0] == names[1]:
        yield from ((number, one, other) for number, (one, other) in enumerate(zip(there, here, strict=True), start=1))
        return
    for kind, a, to_a, b, to_b in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
        if kind == "equal" or to_a - a == to_b - b:
            yield from ((a + i + 1, there[a + i], here[b + i]) for i in range(to_a - a))
        else:
            yield from ((i + 1, there[i], Missing) for i in range(a, to_a))
            yield from ((i + 1, Missing, here[i]) for i in range(b, to_b))


def _name(value: Any, fields: Sequence[str] = (*_NAMES, *_MORE_NAMES)) -> str:
    """What an entry is of, in a few words; "" where it is no record or says nothing of the kind."""
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) and len(fields) > len(_NAMES) else ""
    texts = (value.get(field) for field in fields)
    found = [text for text in texts if isinstance(text, str) and 0 < len(text) <= _NAME_LENGTH]
    inner = [_name(value[field], fields) for field in ("lot", "ref") if isinstance(value.get(field), Mapping)]
    return " ".join([*found, *filter(None, inner)])[:_LONGEST]


def _shown(value: Any) -> str:
    """A value in one line that is not too long."""
    if value is Missing:
        return "nothing"
    if isinstance(value, list):
        return f"{len(value)} entries"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
