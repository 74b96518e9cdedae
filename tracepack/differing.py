"""What changed between two imports: which figures of which lots, by how much, and which cells caused it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tracepack.core.changes import Change, applied, changes_between, undone
from tracepack.core.content import content_in
from tracepack.core.custody import Custody, lot_custody
from tracepack.core.facts import ledger_from_facts
from tracepack.core.ledger import Fact, LotKey
from tracepack.core.lineage import Lineage, build_lineage, upstream
from tracepack.core.mixture import mix_lots
from tracepack.core.papers import Papers
from tracepack.core.trace import trace_up
from tracepack.errors import UnknownLot
from tracepack.questions import find_lot
from tracepack.report.answers_diff import DiffAnswer, LotDiff
from tracepack.report.diffs import Cause, LotState, lot_diff
from tracepack.rulebook import chain_of_custody_rules, material_library
from tracepack.store import Store

#: More changes than this are not tried one by one: each is a new reckoning of what rests on it.
TRIED_AT_MOST = 200


def diff(store: Store, before: int, after: int, number: str | None, owner: str | None) -> DiffAnswer:
    """`diff N M [LOT]`: the lots whose figures, mass, model or completeness differ after two imports.

    Raises UnknownImport, and UnknownLot for a LOT that neither state knows.
    """
    old, new = store.at(before), store.at(after)
    asked = None if number is None else _asked(old, new, number, owner)
    changes = changes_between(old.facts_unlike(after), new.facts_unlike(before))
    comparison = _compare(old, new, changes, asked)
    return DiffAnswer(before=before, after=after, lots=comparison.lots() if comparison else [])


def _asked(old: Store, new: Store, number: str, owner: str | None) -> LotKey:
    """The lot as it is known after the second import, or else as it was after the first."""
    try:
        return find_lot(new, number, owner)
    except UnknownLot as unknown:
        try:
            return find_lot(old, number, owner)
        except UnknownLot:
            raise unknown from None


@dataclass(frozen=True)
class _Side:
    """One of the two states: the facts that the lots in question rest on, and what they say."""

    facts: list[Fact]
    store: Store

    @cached_property
    def lineage(self) -> Lineage:
        return _lineage(self.facts, self.store)

    def upstream(self, lot: LotKey) -> set[LotKey]:
        """What a lot is made of, in this state."""
        return set(upstream(self.lineage, [self.lineage.canonical(lot)]))


def _lineage(facts: Iterable[Fact], store: Store) -> Lineage:
    return build_lineage(ledger_from_facts(facts, organisation=store.organisation, site=store.site), material_library())[0]


def _states(lineage: Lineage, lots: Collection[LotKey]) -> dict[LotKey, LotState]:
    """What there is to say of the lots that a lineage knows."""
    known = set(lineage.lots())
    present = [lot for lot in sorted(lots) if lineage.canonical(lot) in known]
    mixture = mix_lots(lineage, sorted({lineage.canonical(lot) for lot in present}))
    custody = Custody(mixture, Papers(lineage, chain_of_custody_rules()))
    return {lot: LotState.of(content_in(mixture, lot), lot_custody(custody, lot).model, trace_up(mixture, lot).complete) for lot in present}


@dataclass(frozen=True)
class _Comparison:
    """Some lots in two states, and the changes between them with the lots that each touches (None: any)."""

    old: _Side
    new: _Side
    changes: Mapping[Change, frozenset[LotKey] | None]
    candidates: Collection[LotKey]

    def lots(self) -> list[LotDiff]:
        """Every candidate that differs, by owner and number."""
        before, after = (_states(side.lineage, self.candidates) for side in (self.old, self.new))
        differing = [lot for lot in sorted(self.candidates) if LotState.differ(before.get(lot), after.get(lot))]
        behind = {lot: self._behind(lot, in_both=lot in before and lot in after) for lot in differing}
        tried = self._tried({lot: changes for lot, changes in behind.items() if lot in before and lot in after})
        return [lot_diff(lot, before.get(lot), after.get(lot), _causes(lot, behind[lot], tried)) for lot in differing]

    def _behind(self, lot: LotKey, *, in_both: bool) -> list[Change]:
        """The changes that touch what a lot is made of; of a lot that came or went only those of its own rows."""
        made_of = (self.old.upstream(lot) | self.new.upstream(lot)) if in_both else {lot}
        return [change for change, lots in self.changes.items() if lots is None or self._canonical(lots) & made_of]

    def _canonical(self, lots: Iterable[LotKey]) -> set[LotKey]:
        return {side.lineage.canonical(lot) for side in (self.old, self.new) for lot in lots}

    def _tried(self, behind: Mapping[LotKey, Sequence[Change]]) -> dict[Change, tuple[dict[LotKey, LotState], dict[LotKey, LotState]]]:
        """Each change alone on the old state, and taken back from the new one, for the lots that it is behind."""
        wanted: dict[Change, list[LotKey]] = {}
        for lot, changes in behind.items():
            for change in changes:
                wanted.setdefault(change, []).append(lot)
        if len(wanted) > TRIED_AT_MOST:
            return {}
        return {
            change: (self._reckoned(self.old, applied, change, lots), self._reckoned(self.new, undone, change, lots))
            for change, lots in wanted.items()
        }

    @staticmethod
    def _reckoned(
        side: _Side, made: Callable[[Iterable[Fact], Sequence[Change]], list[Fact]], change: Change, lots: Sequence[LotKey]
    ) -> dict[LotKey, LotState]:
        return _states(_lineage(made(side.facts, [change]), side.store), lots)


def _causes(
    lot: LotKey, changes: Sequence[Change], tried: Mapping[Change, tuple[dict[LotKey, LotState], dict[LotKey, LotState]]]
) -> list[Cause]:
    return [Cause(change, True, *(states.get(lot) for states in tried[change])) if change in tried else Cause(change) for change in changes]


def _compare(old: Store, new: Store, changes: Sequence[Change], asked: LotKey | None) -> _Comparison | None:
    """Load what the lots in question rest on in both states; None where nothing changed that could concern them."""
    if not changes:
        return None
    touched = _touched(old, new, changes)
    candidates = {asked} if asked is not None else _candidates(old, new, touched.values())
    made_of = old.reached(candidates, "up") | new.reached(candidates, "up")
    sides = [_Side(store.load_facts(sorted(made_of)), store) for store in (old, new)]
    canonical = {sides[1].lineage.canonical(sides[0].lineage.canonical(lot)) for lot in candidates}
    return _Comparison(sides[0], sides[1], touched, canonical)


def _touched(old: Store, new: Store, changes: Sequence[Change]) -> dict[Change, frozenset[LotKey] | None]:
    """The lots that each change touches in either state; None where it may be any."""
    gone = dict(zip((c for c in changes if c.old), old.touched([c.old for c in changes if c.old]), strict=True))
    come = dict(zip((c for c in changes if c.new), new.touched([c.new for c in changes if c.new]), strict=True))
    nothing: frozenset[LotKey] = frozenset()
    both = {change: (gone.get(change, nothing), come.get(change, nothing)) for change in changes}
    return {change: None if one is None or other is None else one | other for change, (one, other) in both.items()}


def _candidates(old: Store, new: Store, touched: Iterable[frozenset[LotKey] | None]) -> set[LotKey]:
    """The lots downstream of what changed, in either state."""
    starts: set[LotKey] = set()
    for lots in touched:
        if lots is None:
            return {*old.lots(), *new.lots()}
        starts |= lots
    return old.reached(starts, "down") | new.reached(starts, "down")
