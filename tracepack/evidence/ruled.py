"""The rules of a bundle against those of this program: which file, and which rule in it, says something else."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from tracepack import data
from tracepack.evidence.differing import differences
from tracepack.evidence.manifest import sha256
from tracepack.report.answers_verify import Difference

RULES = "rules/"
#: So many rules of one file are named; another edition of a scheme can differ in all of them.
_MOST_OF_A_FILE = 10


def rule_differences(members: Mapping[str, bytes]) -> Iterator[Difference]:
    """The rules that were used, where they are not those of this program."""
    there = {name.removeprefix(RULES): content for name, content in members.items() if name.startswith(RULES)}
    here = {name: data.read_bytes(name) for name in data.rule_files()}
    for name in sorted({*there, *here}):
        if there.get(name) != here.get(name):
            digests = [f"SHA-256 {sha256(side[name])}" if name in side else "no such rules" for side in (there, here)]
            yield Difference(what=f"rules {name}", there=digests[0], here=digests[1])
            if name in there and name in here:
                yield from islice(differences(_values(there[name]), _values(here[name]), f"rules {name}"), _MOST_OF_A_FILE)


def _values(content: bytes) -> Any:
    """A rule file's values; its digest says enough where they cannot be read."""
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return "not to be read"
