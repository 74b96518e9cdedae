"""The built-in rules that the core is given as values: it reads no files itself."""

from __future__ import annotations

from functools import cache

from tracepack import data
from tracepack.core.bookrules import BookRule, book_rules
from tracepack.core.library import Library, library_from_table
from tracepack.core.schemerules import CustodyRules, custody_rules


@cache
def material_library() -> Library:
    """The built-in material library."""
    return library_from_table(data.read_toml("materials.toml"))


@cache
def balance_rules() -> tuple[BookRule, ...]:
    """What schemes ask of mass-balance books."""
    return book_rules(data.read_toml("schemes/books.toml"))


@cache
def chain_of_custody_rules() -> CustodyRules:
    """How chain-of-custody models combine, and every scheme's own rules."""
    return custody_rules(data.read_toml("schemes/custody.toml"), data.scheme_tables())
