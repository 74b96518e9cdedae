"""Where the credits of recalled deliveries went: what each use of the accounts that they came into may have taken of them.

Books mix the credits of an account (ISO 22095, mass balance), so that which of them a use took is nowhere recorded.  The bounds
hold for every way to draw the uses from the credits that were there on their days, and both ends are such ways; they are only
guaranteed where credits come from another site or are given back.  Amounts are exact milligrams of input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

from tracepack.core.entries import AccountKey, Books, Entry
from tracepack.core.findings import SourceRef

_NOTHING = Fraction(0)
#: The least and the most of some credits.
Bounds = tuple[Fraction, Fraction]
_NONE: Bounds = (_NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class CreditUse:
    """A use of an account, and the least and the most of it that were recalled credits."""

    entry: Entry
    low: Fraction
    high: Fraction

    @property
    def output(self) -> tuple[Fraction, Fraction]:
        """The same as milligrams of output, for an attribution or scrap sold; as they are for any other use."""
        made = self.entry.output_mg
        if made is None or not self.entry.mg:
            return self.low, self.high
        return self.low * made / -self.entry.mg, self.high * made / -self.entry.mg


@dataclass(frozen=True, slots=True)
class CreditAccount:
    """An account that recalled credits came into: how much of them, every use that may have taken any, and what may be left."""

    account: AccountKey
    received: Bounds
    uses: tuple[CreditUse, ...]
    left: Bounds


def recalled_credits(parts: Mapping[SourceRef, tuple[float, float]], books: Books) -> dict[Entry, Bounds]:
    """The entries that brought credits of deliveries, by their quantity's cell, of which a least and a most ``part`` is recalled."""
    entries: dict[SourceRef, list[Entry]] = {}
    for entry in (e for found in books.received.values() for e in found if e.refs[0] in parts):
        entries.setdefault(entry.refs[0], []).append(entry)
    found: dict[Entry, Bounds] = {}
    for ref, brought in entries.items():
        whole = sum((entry.mg for entry in brought), _NOTHING)
        least, most = (whole * Fraction(part).limit_denominator(10**9) for part in parts[ref])
        for entry in brought:
            found[entry] = max(_NOTHING, least - (whole - entry.mg)), min(entry.mg, most)
    return found


def follow_credits(books: Books, recalled: Mapping[Entry, Bounds]) -> tuple[CreditAccount, ...]:
    """Every account that recalled credits came into or were handed on to, by account."""
    accounts = {key: _Account(key) for key in books.entries}
    uses: dict[tuple[str, str], Bounds] = {}
    shares = _shares(recalled)
    every = sorted((e for entries in books.entries.values() for e in entries), key=lambda e: (e.date, e.number, e.account, e.kind))
    for _, of_day in groupby(every, key=lambda e: e.date):
        entries = list(of_day)
        for entry in entries:
            if entry.kind == "received":
                accounts[entry.account].credit(entry.mg, recalled.get(entry, _NONE))
            elif entry.kind == "sent-back":
                low, high = shares.get(entry.refs[-1], _NONE)
                accounts[entry.account].credit(entry.mg, (entry.mg * high, entry.mg * low))
            elif entry.mg < 0:
                accounts[entry.account].this_day -= entry.mg
        for entry in (e for e in entries if e.mg > 0 and e.kind not in ("received", "transfer-in")):
            accounts[entry.account].put_back(entry, uses)
        _hand_over(entries, accounts, uses)
        for entry in (e for e in entries if e.mg < 0 and e.kind not in ("sent-back", "transfer-out")):
            use = accounts[entry.account].use(entry)
            uses[entry.kind, entry.number] = use.low, use.high
        for key in {entry.account for entry in entries}:
            accounts[key].end_of_day()
    return tuple(account.told() for _, account in sorted(accounts.items()) if account.most > 0)


def _shares(recalled: Mapping[Entry, Bounds]) -> dict[SourceRef, Bounds]:
    """The least and most recalled share of what each delivery brought; several accounts of it may share its credits in any way."""
    entries: dict[SourceRef, list[Entry]] = {}
    for entry in recalled:
        entries.setdefault(entry.refs[0], []).append(entry)
    alone = {ref: found[0] for ref, found in entries.items() if len(found) == 1}
    known = {ref: (recalled[entry][0] / entry.mg, recalled[entry][1] / entry.mg) for ref, entry in alone.items()}
    return {ref: known.get(ref, (_NOTHING, Fraction(1))) for ref in entries}


def _hand_over(entries: Iterable[Entry], accounts: Mapping[AccountKey, _Account], uses: dict[tuple[str, str], Bounds]) -> None:
    """The transfers of a day: what is handed over is found with all that came in on it, in whatever order the papers were written."""
    moved = [entry for entry in entries if entry.kind in ("transfer-in", "transfer-out")]
    givers = {entry.number: entry for entry in moved if entry.kind == "transfer-out"}
    arriving = [entry for entry in moved if entry.kind == "transfer-in" and entry.number in givers]
    # Until it is known what was sent, any of it may be recalled: several transfers of a day may follow one another.
    open_ends = [e.mg if len(arriving) > 1 or accounts[givers[e.number].account].most > 0 else _NOTHING for e in arriving]
    for entry, most in zip(arriving, open_ends, strict=True):
        accounts[entry.account].credit(entry.mg, (_NOTHING, most))
    for entry in givers.values():
        use = accounts[entry.account].use(entry)
        uses[entry.kind, entry.number] = use.low, use.high
    for entry, most in zip(arriving, open_ends, strict=True):
        low, high = uses["transfer-out", entry.number]
        accounts[entry.account].credit(_NOTHING, (low, high - most))


@dataclass(slots=True)
class _Account:
    """An account on its way through the days: all credits, the least and the most of them that are recalled, and what was used.

    ``least_own`` and ``least_other`` are the least of the recalled and of the other credits that the uses until yesterday took;
    ``again`` is what of ``most`` uses gave back, ``this_day`` what is used today.
    """

    key: AccountKey
    total: Fraction = _NOTHING
    least: Fraction = _NOTHING
    most: Fraction = _NOTHING
    used: Fraction = _NOTHING
    least_own: Fraction = _NOTHING
    least_other: Fraction = _NOTHING
    this_day: Fraction = _NOTHING
    again: Fraction = _NOTHING
    overdrawn: bool = False
    uses: list[CreditUse] = field(default_factory=list)

    def credit(self, mg: Fraction, recalled: Bounds) -> None:
        """Enter credits, some of them recalled."""
        self.total += mg
        self.least += recalled[0]
        self.most += recalled[1]

    def put_back(self, entry: Entry, uses: Mapping[tuple[str, str], Bounds]) -> None:
        """Enter what an attribution gives back, no more of it recalled than it took; and an opening balance, which is not followed."""
        most = _NOTHING
        if entry.kind == "given-back":  # of an attribution of today nothing is known yet
            of_today = entry.mg if self.most > 0 else _NOTHING
            most = min(entry.mg, uses.get(("attributed", entry.of), (_NOTHING, of_today))[1])
        self.credit(entry.mg, (_NOTHING, most))
        self.again += most

    def use(self, entry: Entry) -> CreditUse:
        """What a use takes; the order of a day's uses is not known, so each may have been the first."""
        mg = -entry.mg
        others = self.total - self.least - self.least_other
        high = max(_NOTHING, min(mg, self.most - self.least_own))
        beyond = self.overdrawn or self.used + self.this_day > self.total  # nobody knows what a use took that was not there
        low = _NOTHING if beyond else min(high, max(_NOTHING, mg - others))
        found = CreditUse(entry, low, high)
        self.uses.append(found)
        return found

    def end_of_day(self) -> None:
        """Let the day's uses count for those to come."""
        if self.this_day or self.overdrawn:
            self.used += self.this_day
            self.this_day = _NOTHING
            self.least_own = max(self.least_own, self.used - (self.total - self.most))
            self.least_other = max(self.least_other, self.used - self.least)
            self.overdrawn = self.overdrawn or self.used > self.total

    def told(self) -> CreditAccount:
        balance = max(_NOTHING, self.total - self.used)
        high = max(_NOTHING, min(balance, self.most - self.least_own))
        others = self.total - self.least - self.least_other
        low = _NOTHING if self.overdrawn else min(high, max(_NOTHING, balance - others))
        return CreditAccount(self.key, (self.least, self.most - self.again), tuple(use for use in self.uses if use.high > 0), (low, high))


def attributed_bounds(accounts: Iterable[CreditAccount]) -> Iterator[tuple[str, Bounds]]:
    """The attributions that may have taken recalled credits, by number, with the least and the most milligrams of output."""
    for account in accounts:
        yield from ((use.entry.number, use.output) for use in account.uses if use.entry.kind == "attributed")
