"""What schemes ask of mass-balance books, as values made from data: each rule with its edition, source and status.

A row of the workbook's Settings outranks the table: ``balance method FSC`` or ``stock tolerance ISCC PLUS at PLANT-1``.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from tracepack.core.bookrecords import SchemeSetting
from tracepack.core.facts import setting_value
from tracepack.core.findings import SourceRef
from tracepack.core.library import fold_name
from tracepack.core.schemerules import CustodyRules

#: How a site's outputs come by their share: from a bank of credits, or each by one percentage.
METHODS = ("credit", "rolling average", "percentage", "controlled blending")
BASES = ("mass", "carbon", "energy")
TRANSFERS = ("group", "any")
TermValue = int | float | str | tuple[str, ...]


class Window(NamedTuple):
    """How far a rolling average reaches back: so many of the site's periods, or calendar months."""

    length: int
    unit: str


@dataclass(frozen=True, slots=True)
class Term:
    """One rule: its value, where it stands, and whether that is a public text; ``ref`` is the Settings cell that set it."""

    name: str
    value: TermValue
    source: str
    confirmed: bool
    ref: SourceRef | None = None


@dataclass(frozen=True, slots=True)
class BookRule:
    """One scheme's rules: ``names`` are folded, none for the rules of any scheme that has no table of its own."""

    scheme: str
    names: frozenset[str]
    edition: str
    terms: tuple[Term, ...]

    def term(self, name: str) -> Term | None:
        """A rule by name, None where the scheme sets none."""
        return next((term for term in self.terms if term.name == name), None)

    @property
    def longest_period_months(self) -> int | None:
        """None where the scheme sets no limit."""
        term = self.term("longest_period_months")
        return term.value if term is not None and isinstance(term.value, int) else None


@dataclass(frozen=True)
class RuleBook:
    """The schemes' rules as one workspace has them."""

    rules: Sequence[BookRule] = ()
    custody: CustodyRules | None = None
    settings: Sequence[SchemeSetting] = ()
    _known: dict[tuple[str, str], BookRule | None] = field(default_factory=dict, repr=False, compare=False)

    def rule(self, scheme: str, site: str = "") -> BookRule | None:
        """A scheme's rules at a site, the workspace's settings in place of the table's values; None where there are no rules at all."""
        key = fold_name(scheme), site
        if key not in self._known:
            found = rule_of(self.rules, scheme) or next((rule for rule in self.rules if not rule.names), None)
            self._known[key] = None if found is None else self._with_settings(found, scheme, site)
        return self._known[key]

    def term(self, name: str, scheme: str, site: str = "") -> Term | None:
        """One rule of a scheme at a site."""
        rule = self.rule(scheme, site)
        return None if rule is None else rule.term(name)

    def set_by(self, settings: Sequence[SchemeSetting]) -> RuleBook:
        """The same rules as a workspace's settings have them."""
        return RuleBook(self.rules, self.custody, settings)

    def takes_in(self, scheme: str, other: str) -> bool:
        """Whether credits of another scheme may enter a scheme's books; its own always may."""
        if self.custody is None:
            return fold_name(scheme) == fold_name(other)
        return self.custody.takes_in(scheme, other)

    def is_neutral(self, kind: str | None, scheme: str) -> bool:
        """Whether material of a kind stays out of a percentage under a scheme."""
        return kind is not None and self.custody is not None and self.custody.is_neutral(kind, scheme)

    def _with_settings(self, rule: BookRule, scheme: str, site: str) -> BookRule:
        """Settings of a scheme first, those for one of its sites after them."""
        names = rule.names | {fold_name(scheme)} | (frozenset() if rule.names else {fold_name(rule.scheme)})
        mine = [s for s in self.settings if fold_name(s.scheme) in names and s.site in (None, site)]
        terms = {term.name: term for term in rule.terms}
        for setting in sorted(mine, key=lambda s: s.site is not None):
            value = setting_term(setting.rule, setting.value)
            if value is not None:
                terms[setting.rule] = Term(setting.rule, value, "Settings", True, setting.source.ref("value"))
        return replace(rule, scheme=rule.scheme if rule.names or not scheme else scheme, terms=tuple(terms.values()))


def book_rules(table: Mapping[str, Any]) -> tuple[BookRule, ...]:
    """The rules of ``data/schemes/books.toml``."""
    return tuple(
        BookRule(
            scheme=entry["scheme"],
            names=frozenset(map(fold_name, entry["names"])),
            edition=entry["edition"],
            terms=tuple(_term(name, body) for name, body in entry["rule"].items()),
        )
        for entry in table["books"]
    )


def _term(name: str, body: Mapping[str, Any]) -> Term:
    value = tuple(body["value"]) if isinstance(body["value"], list) else body["value"]
    return Term(name, value, body["source"], body["status"] == "confirmed")


def rule_of(rules: Sequence[BookRule], scheme: str) -> BookRule | None:
    """The rules of a scheme by any of its names, None where it has no table of its own."""
    return next((rule for rule in rules if fold_name(scheme) in rule.names), None)


def setting_term(rule: str, text: str) -> TermValue | None:
    """The value that a Settings cell gives a scheme's rule, None where it is none."""
    return _READERS[rule](text)


def window_of(text: str) -> Window | None:
    """ "3 periods" or "12 months" as a window; None where the text is none."""
    match = re.fullmatch(r"\s*(\d{1,3})\s*(period|month)s?\s*", text, re.IGNORECASE)
    return Window(int(match[1]), f"{match[2].casefold()}s") if match and int(match[1]) else None


def _word_of(words: Sequence[str]) -> Callable[[str], str | None]:
    return lambda text: next((word for word in words if fold_name(word) == fold_name(text)), None)


def _bases(text: str) -> tuple[str, ...] | None:
    named = [part.strip().casefold() for part in text.split(",")]
    return tuple(dict.fromkeys(named)) if named and all(name in BASES for name in named) else None


def _window_text(text: str) -> str | None:
    window = window_of(text)
    return None if window is None else f"{window.length} {window.unit}"


#: What may be set for a scheme, and how its cell is read.
_READERS: Mapping[str, Callable[[str], TermValue | None]] = {
    "balance_method": _word_of(METHODS),
    "rolling_window": _window_text,
    "stock_tolerance": setting_value,
    "attribution_basis": _bases,
    "credit_transfers": _word_of(TRANSFERS),
}


def last_day(start: dt.date, months: int) -> dt.date:
    """The last day of a period of so many months: 1 January and three months end on 31 March."""
    return _moved(start, months) - dt.timedelta(days=1)


def first_day(end: dt.date, months: int) -> dt.date:
    """The first day of the so many months that end on a day: three months to 31 March begin on 1 January."""
    return _moved(end + dt.timedelta(days=1), -months)


def _moved(day: dt.date, months: int) -> dt.date:
    """The same day so many months on; the first of the month after where that month is shorter."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    length = calendar.monthrange(year, month)[1]
    return dt.date(year, month, day.day) if day.day <= length else dt.date(year, month, length) + dt.timedelta(days=1)
