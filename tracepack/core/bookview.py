"""What every audit test of the mass-balance books looks at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tracepack.core.accounts import AccountKey, Books
from tracepack.core.balances import Statement
from tracepack.core.bookrules import RuleBook
from tracepack.core.lineage import Lineage
from tracepack.core.quantity import kg_text


@dataclass(frozen=True)
class BookView:
    """The books of a ledger, their statements, the schemes' rules, the sites whose books are judged, and the only one asked for."""

    lineage: Lineage
    books: Books
    statements: tuple[Statement, ...]
    rules: RuleBook
    sites: frozenset[str]
    only: str | None

    def name(self, account: AccountKey) -> str:
        """An account as sentences name it: site, then its characteristics."""
        return ", ".join((account.site, *filter(None, self.books.names[account])))


def kg_of(mg: Fraction) -> str:
    """Exact milligrams as kilograms, rounded to the milligram."""
    return kg_text(round(mg))
