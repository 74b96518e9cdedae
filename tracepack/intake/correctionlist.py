"""The list of corrections in an annotated workbook: what it looks like, so that it is known again in a file that comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracepack.data import read_toml

#: Its columns, by the names of their words.
COLUMNS = ("number", "severity", "sheet", "cell", "holds", "wrong", "do")
HEADER_ROW = 4


def titles(words: Mapping[str, str]) -> list[str]:
    """The titles of its columns."""
    return [words[f"column_{name}"] for name in COLUMNS]


def is_list(header: Sequence[object]) -> bool:
    """Whether the first cells of the header's row are those of a list of corrections, in any language."""
    return any(list(header) == titles(words) for words in read_toml("wording/annotate.toml").values() if isinstance(words, dict))
