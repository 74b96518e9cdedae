"""Doing a recipe again: a workspace made from zero out of the originals, in a folder that is thrown away."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tracepack.core.closing import Closing
from tracepack.errors import NotABundle, TracepackError
from tracepack.evidence.recipe import is_profile
from tracepack.importing import ImportOptions, import_files
from tracepack.layoutanswers import LayoutAnswers
from tracepack.profilebook import instructions_for
from tracepack.store import Store
from tracepack.store.replays import FactName


@dataclass(frozen=True, slots=True)
class Trouble:
    """An import that did not go as it went before: which, and what was said this time."""

    import_id: int
    said: str


@contextmanager
def replayed(recipe: Mapping[str, Any], members: Mapping[str, bytes]) -> Iterator[tuple[Store, list[Trouble]]]:
    """A workspace after all imports of a recipe, and what went wrong on the way.  NotABundle where the recipe makes no sense."""
    with tempfile.TemporaryDirectory(prefix="tracepack-verify-") as name:
        folder = Path(name)
        try:
            store = Store.create(folder / "again.db", str(recipe["organisation"]), str(recipe["site"]))
            troubles = [trouble for entry in recipe["entries"] for trouble in _again(store, entry, members, folder)]
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as problem:
            raise NotABundle(f"its recipe cannot be followed: {problem}") from problem
        except OSError as problem:
            raise NotABundle(f"its workbooks cannot be written to a folder here: {problem.strerror}") from problem
        yield store, troubles


def _again(store: Store, entry: Mapping[str, Any], members: Mapping[str, bytes], folder: Path) -> list[Trouble]:
    """One line of the log, with the number it had."""
    number, kind = int(entry["number"]), entry["kind"]
    if number != store.latest_import() + 1:
        return [Trouble(number, f"the log stands at {store.latest_import()}")]
    troubles: list[Trouble] = []
    if kind == "withdrawal":
        names = [FactName(str(sheet), tuple(map(str, key)), int(by)) for sheet, key, by in entry["facts"]]
        store.withdraw_again(names, "")
    elif kind == "closing":
        closing = _closing(number, entry["closing"])
        if any((known.site, known.period) == (closing.site, closing.period) for known in store.closings()):
            raise NotABundle(f"its recipe closes period {closing.period} twice")
        store.record_closing(closing)
    elif kind == "import":
        troubles = _import(store, entry, members, folder / str(number)) if entry["files"] else []
    else:
        raise NotABundle(f"its recipe does what this tracepack does not know: {str(kind)[:50]!r}", "update tracepack")
    if store.latest_import() < number:
        store.record_import((), ())  # what was left out, or changes nothing here, keeps its number
    return troubles


def _closing(number: int, told: Mapping[str, Any]) -> Closing:
    start, end = (dt.date.fromisoformat(told[name]) for name in ("start", "end"))
    return Closing(number, int(told["known_after"]), str(told["site"]), str(told["period"]), start, end, str(told["digest"]))


def _import(store: Store, entry: Mapping[str, Any], members: Mapping[str, bytes], folder: Path) -> list[Trouble]:
    number = int(entry["number"])
    there = [file for file in entry["files"] if str(file["member"]) in members]
    paths, profiles = _written(there, members, folder)
    if not paths:
        return [Trouble(number, "none of its workbooks is there")]
    told = entry["told"] or {}
    layout = _layout(told, profiles)
    replace = told["replace"] if told else entry["replaced"]
    if not isinstance(replace, bool):
        raise NotABundle(f"its recipe does not say whether import {number} replaced what was there")
    try:
        instructions = instructions_for(folder / "profiles", _text(told.get("supplier")) or None, layout)
        answer = import_files(store, paths, ImportOptions(instructions, replace=replace, layout=layout))
    except NotABundle:
        raise
    except TracepackError as problem:
        return [Trouble(number, problem.message)]
    if not any(file.status == "refused" for file in answer.files):
        return []
    said = [f.message for found in (*(file.findings for file in answer.files), answer.findings) for f in found if f.severity == "error"]
    return [Trouble(number, "refused: " + "; ".join(said[:1]))]


def _written(files: Sequence[Mapping[str, Any]], members: Mapping[str, bytes], folder: Path) -> tuple[list[Path], list[str]]:
    """An import's workbooks in folders of their own, and the names of its profiles."""
    paths: list[Path] = []
    profiles: list[str] = []
    for position, file in enumerate(files):
        name = str(file["file"])
        if not name or name in (".", "..") or len(name.encode()) > 255 or any(mark in name for mark in _NO_NAME):
            raise NotABundle(f"its recipe names a file {name[:100]!r}, which is no file name", "do not unpack it elsewhere")
        path = folder / ("profiles" if is_profile(name) else str(position)) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise NotABundle(f"its recipe names two profiles {name[:100]!r}: it cannot be told which one counts")
        path.write_bytes(members[str(file["member"])])
        if is_profile(name):
            profiles.append(path.stem)
        else:
            paths.append(path)
    return paths, profiles


#: What no file name holds that was imported.
_NO_NAME = "/\\\0:"
#: What is told as a list of texts; the rest is one text, or nothing.
_LISTS = ("read_as", "columns", "fixed")
_CHOICES = {
    "decimal_mark": (",", "."),
    "date_order": ("dm", "md"),
    "percent_scale": ("percent", "fraction"),
    "struck_rows": ("left out", "read"),
}


def _layout(told: Mapping[str, Any], profiles: Sequence[str]) -> LayoutAnswers:
    """What was told; a profile only where it was kept, and never a path.  NotABundle for a question that this program does not know."""
    known = {field.name for field in fields(LayoutAnswers)} - {"save_profile", "profile"}
    unknown = sorted(name for name in set(told) - known - {"profile", "supplier", "replace"} if told[name])
    if unknown:
        raise NotABundle(f"its recipe answers what this tracepack does not ask: {unknown[0][:50]!r}", "update tracepack")
    wrong = [name for name, choices in _CHOICES.items() if told.get(name) not in (None, *choices)]
    if wrong:
        raise NotABundle(f"its recipe answers {wrong[0]} with {str(told[wrong[0]])[:50]!r}, which is no answer to that")
    given: dict[str, Any] = {name: _texts(told[name]) if name in _LISTS else _text(told[name]) for name in sorted(known & set(told))}
    named = next((name for name in profiles if name == told.get("profile") and not name.casefold().endswith(".toml")), None)
    return LayoutAnswers(profile=named, **given)


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise NotABundle(f"its recipe tells {str(value)[:50]!r} where a text belongs")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise NotABundle(f"its recipe tells {str(value)[:50]!r} where texts belong")
    return tuple(value)
