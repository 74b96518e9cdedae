"""How much of a file is read before it is refused: settings of the workspace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from tracepack.core.facts import setting_name
from tracepack.core.ledger import Fact

_LARGEST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of reading one file; see ``data/layout.toml`` for what each does.

    Megabytes are of 2**20 bytes; seconds and memory are those that the work of reading takes.
    """

    largest_file_mb: int = 200
    largest_unpacked_mb: int = 500
    most_cells: int = 2_000_000
    reading_seconds: int = 8
    reading_memory_mb: int = 800


DEFAULT_LIMITS = Limits()
LIMIT_NAMES = frozenset(field.name for field in fields(Limits))


def limit_value(text: str) -> int | None:
    """A Settings cell as a limit, a whole number from 1; None where it is none."""
    cleaned = text.strip()
    number = int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) <= 10 else 0
    return number if 1 <= number <= _LARGEST else None


def limits_from_facts(facts: Iterable[Fact]) -> Limits:
    """The limits that Settings facts state (later ones win), the rest as they are by default."""
    chosen: dict[str, int] = {}
    for row in (row for fact in facts if fact.sheet == "Settings" for row in fact.rows):
        name, value = setting_name(str(row.values["name"])), limit_value(str(row.values["value"]))
        if name in LIMIT_NAMES and value is not None:
            chosen[name] = value
    return replace(Limits(), **chosen)
