"""Which basis a stated method gives a bio-based share: the one place that knows the standards' names."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

#: toc = of organic carbon, tc = of total carbon, carbon_mass = bio-based carbon per mass of sample,
#: mass = of dry mass, attributed = bookkeeping only.
Basis = Literal["toc", "tc", "carbon_mass", "mass", "attributed"]

_PATTERNS: tuple[tuple[Basis, str], ...] = (
    ("toc", r"d6866|gbt?29649|gbt?39514"),
    ("tc", r"en16640"),
    ("carbon_mass", r"(iso|jisk)16620-?2(?!\d)|39715[.\-]?2(?!\d)"),
    ("mass", r"en16785(?!\d)|ncs16785|(iso|jisk)16620-?4(?!\d)|39715[.\-]?4(?!\d)"),
    ("attributed", r"massbalance|biomassbalance|massenbilanz|bookandclaim|attribut|质量平衡|物质平衡|生物质平衡|マスバランス"),
)
_COMPILED = tuple((basis, re.compile(pattern)) for basis, pattern in _PATTERNS)
_EN_16785_2 = re.compile(r"en16785-?2")


def _fold(text: str) -> str:
    """Without case, width, spaces and the punctuation in which spellings of one standard differ; part marks stay."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("–", "-").replace("—", "-")
    folded = "".join(c for c in folded if not c.isspace() and c not in "/_")
    return re.sub(r"mass-balance|massen-bilanz", lambda m: m.group().replace("-", ""), folded).replace("d-6866", "d6866")


@lru_cache(maxsize=1024)
def method_basis(text: str | None) -> Basis | None:
    """The basis that a Method cell states; blank is ASTM D6866 (of organic carbon).

    None where no known standard is named, or where several are that mean different things: then nobody can say
    which one the number is.  EN 16785-2 is a material balance of what is physically there, so the words "mass
    balance" beside it do not make it attributed.
    """
    if text is None or not text.strip():
        return "toc"
    folded = _fold(text)
    found = {basis for basis, pattern in _COMPILED if pattern.search(folded)}
    if _EN_16785_2.search(folded):
        found.discard("attributed")
    return found.pop() if len(found) == 1 else None
