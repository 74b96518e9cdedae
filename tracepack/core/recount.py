"""A lot's content figures found a second time, so that the first answer can be checked against an independent one.

`tracepack.core.content` asks backwards from a lot for shares in floating point.  This lives the ledger forwards, day by day,
in fractions: every lot holds shares of what was delivered, every run blends what its lots hold that day, lots that feed each
other on one day are solved as equations.  Bounds come from `tracepack.core.recountbounds`.  Both start from the same records
and the same reading of what a delivered lot states (`tracepack.core.properties`); they share no other arithmetic.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from tracepack.core.elimination import ONE, ZERO, Equation, solved
from tracepack.core.ledger import Delivery, LotKey, RunKey
from tracepack.core.lineage import Lineage, sources_first
from tracepack.core.properties import delivered_matter, tested_matter
from tracepack.core.recountblend import VOLATILE, Matter, Mix, balance, blend, dry, in_a_loop, mixed, normal
from tracepack.core.recountbounds import Allowed, Span, any_of, exact, figure_spans
from tracepack.core.recountrows import Batch, Movements, arrived, came_back_unweighed, movements, shipped
from tracepack.core.recountsteps import Step, StepKey
from tracepack.core.region import UNKNOWN

_LOOP = "lots that feed each other on one day"
FIGURES = ("bio_carbon_toc", "bio_carbon_tc", "bio_carbon_mass", "bio_mass", "bio_polymer_mass")
#: A batch of a run, by its place.
_BatchKey: TypeAlias = tuple[RunKey, int]
_Node: TypeAlias = LotKey | _BatchKey


@dataclass(frozen=True, slots=True)
class Recount:
    """The second answer.  ``figures``: spans of shares, None where one does not apply; over every dated state of a running pool.

    ``origins``: share of dry mass by delivered or tested lot (None: nothing is known), in the last state.
    ``inexact``: the steps that it does not follow exactly; with any, a span here may be wider than need be.
    """

    figures: Mapping[str, Span | None]
    origins: Mapping[LotKey | None, Fraction]
    inexact: tuple[str, ...]


def recount(lineage: Lineage, lot: LotKey) -> Recount:
    """The content of a lot by the second algorithm."""
    return figures_again(replay_of(lineage, lot))


def replay_of(lineage: Lineage, lot: LotKey) -> Replay:
    """Everything upstream of a lot, lived through to the end."""
    replay = Replay(lineage, lineage.canonical(lot))
    replay.live()
    return replay


def figures_again(replay: Replay) -> Recount:
    """The content of the lot that a replay was made for."""
    seen = replay.lots[replay.asked].seen()
    regions: dict[Matter, list[tuple[Fraction, Allowed]]] = {}
    each = [_figures(mix, regions) for mix in seen]
    spans = {name: _over([figures[name] for figures in each]) for name in FIGURES}
    origins: dict[LotKey | None, Fraction] = {}
    for matter, share in dry(seen[-1]).items():
        origins[matter.lot] = origins.get(matter.lot, ZERO) + share
    return Recount(spans, origins, tuple(sorted({matter.why for mix in seen for matter in mix if matter.why})))


def _figures(mix: Mix, regions: dict[Matter, list[tuple[Fraction, Allowed]]]) -> dict[str, Span | None]:
    for matter in mix:
        if matter not in regions and matter is not VOLATILE:
            parts = [(ONE, (UNKNOWN,))] if not matter.parts else [(exact(p.share), p.options) for p in matter.parts]
            regions[matter] = [(share, any_of(options)) for share, options in parts]
    return figure_spans([(share * part, region) for matter, share in dry(mix).items() for part, region in regions[matter]])


def _over(spans: Iterable[Span | None]) -> Span | None:
    live = [span for span in spans if span is not None]
    return (min(low for low, _ in live), max(high for _, high in live)) if live else None


@dataclass(slots=True)
class _Lot:
    """A lot while the days go by: what comes and leaves by day (mg), the balance, its states so far (from a day on, a mixture).

    ``fixed``: its only state is known beforehand; ``unweighed``: its only inflow has no mass; ``unstated``: the days on which a mass
    that left is not stated; ``unsure``: so the balance may be too high.
    """

    came: dict[dt.date, list[tuple[Matter, Fraction, int | None]]] = field(default_factory=lambda: defaultdict(list))
    made: dict[dt.date, list[tuple[_BatchKey, int, int | None]]] = field(default_factory=lambda: defaultdict(list))
    leaves: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))
    unstated: set[dt.date] = field(default_factory=set)
    unsure: bool = False
    states: list[tuple[dt.date, Mix]] = field(default_factory=list)
    balance: int = 0
    entered: int = 0
    short: int = 0
    fixed: bool = False
    unweighed: bool = False

    def masses(self) -> list[int | None]:
        """The mass of everything that comes in."""
        return [m for came in self.came.values() for *_, m in came] + [m for made in self.made.values() for *_, m in made]

    def first_seen(self) -> int:
        """The first state that anyone can have drawn: that of the first draw; the last one where nothing was drawn."""
        if not self.leaves:
            return len(self.states) - 1
        before = [i for i, (day, _) in enumerate(self.states) if day <= min(self.leaves)]
        return before[-1] if before else 0

    def seen(self) -> list[Mix]:
        """The mixtures that anyone can have drawn."""
        return [mix for _, mix in self.states[self.first_seen() :]]

    def missing(self, day: dt.date, added: int, weighing: Fraction) -> int:
        """Let a day's masses enter and leave; what left beyond what there was, where weighing does not explain it."""
        self.entered += added
        missing = self.leaves.get(day, 0) - self.balance - added
        told = missing > 0 and self.short + missing > weighing * self.entered
        self.short += max(0, missing)
        self.balance = max(0, -missing)
        self.unsure = self.balance > 0 and (self.unsure or day in self.unstated)
        return missing if told else 0


@dataclass(slots=True)
class _Opened:
    """A lot's new state: shares of what is known, and of outputs of batches of the same day."""

    amounts: dict[Matter, Fraction] = field(default_factory=dict)
    feeds: list[tuple[_BatchKey, int, Fraction]] = field(default_factory=list)
    before: bool = False
    arrived: list[tuple[Delivery, int | None]] = field(default_factory=list)
    unknown: bool = False
    known: bool = True


class Replay:
    """Everything upstream of a lot, lived through; ``steps`` says what became of what, in the order it was lived."""

    def __init__(self, lineage: Lineage, asked: LotKey) -> None:
        self.lineage = lineage
        self.asked = asked
        self.steps: list[Step] = []
        self.loops = 0
        self.weighing = exact(lineage.ledger.settings.weighing_tolerance)
        rows = [row for run in lineage.ledger.runs for row in run.rows]
        self.moist = any(r.moisture is not None or (r.direction == "loss" and r.lot is None) for r in rows)
        self.unaccounted = exact(lineage.ledger.settings.unaccounted_tolerance)
        self.runs: dict[RunKey, Movements] = {}
        self.lots: dict[LotKey, _Lot] = {}
        waiting = [asked]
        while waiting:
            name = waiting.pop()
            if name not in self.lots:
                self.lots[name] = self._lot(name)
                runs = [self.runs[run.key] for run in lineage.makers.get(name, ())]
                waiting += [taken.lot for moved in runs for batch in moved.batches for taken in batch.taken]

    # ---- what happens to a lot

    def _lot(self, name: LotKey) -> _Lot:
        held = _Lot()
        for run in (*self.lineage.makers.get(name, ()), *self.lineage.takers.get(name, ())):
            if run.key not in self.runs:
                self.runs[run.key] = movements(self.lineage, run)
        for day, mg in self._leaving(name):
            held.leaves[day] += mg or 0
            held.unstated |= {day} if mg is None else set()
        for member in (name, *self.lineage.pooled.get(name, ())):
            self._arrive(held, name, member)
        for run in self.lineage.makers.get(name, ()):
            for place, batch in enumerate(self.runs[run.key].batches):
                outputs = [(output, made.mg) for output, made in enumerate(batch.made) if made.lot == name]
                held.made[run.date] += [((run.key, place), output, mg) for output, mg in outputs]
        self._settle_beforehand(name, held)
        return held

    def _leaving(self, name: LotKey) -> list[tuple[dt.date, int | None]]:
        """Every draw on a lot: by runs, and by shipments."""
        draws = []
        for run in self.lineage.takers.get(name, ()):
            moved = self.runs.get(run.key) or movements(self.lineage, run)
            draws += [(run.date, mg) for lot, mg in moved.draws if lot == name]
        return [*draws, *shipped(self.lineage, name)]

    def _arrive(self, held: _Lot, name: LotKey, member: LotKey) -> None:
        """Deliveries under a lot's name, or into its pool under a member's: what was taken by that name never came here."""
        leaving = [] if member == name else [mg for _, mg in self._leaving(member)]
        for delivery, mass in arrived(self.lineage, member, None if None in leaving else sum(mg or 0 for mg in leaving)):
            if member != name and mass == 0:
                continue
            names = dict.fromkeys((self.lineage.canonical(delivery.lot), name))
            tests = [test for key in names for test in self.lineage.lab_tests.get(key, ())]
            stated = delivered_matter(delivery, tests, self.lineage.catalogue)
            self.moist = self.moist or stated.volatile > 0
            held.came[delivery.delivery_date].append((Matter(delivery.lot, stated.parts, delivery=delivery), exact(stated.volatile), mass))

    def _settle_beforehand(self, name: LotKey, held: _Lot) -> None:
        """The state of a lot that nobody delivered or made, or of which a mass is not known."""
        masses = held.masses()
        if came_back_unweighed(self.lineage, name) and masses:
            masses[0] = None
        own: StepKey = ("lot", name, 0)
        if not masses:
            self.steps.append(Step(own, dt.date.min, (), unknown=True, known=False))
            tested = tested_matter(self.lineage.lab_tests.get(name, ()))
            held.states.append((dt.date.min, {Matter(name if tested else None, tested.parts if tested else None): ONE}))
        elif None in masses and len(masses) > 1:
            why = f"lot {name}: the mass of an inflow is not known"
            self.steps.append(Step(own, dt.date.min, (), why=why))
            held.states.append((dt.date.min, {Matter(None, None, why, unweighed=True): ONE}))
        held.fixed = bool(held.states)
        held.unweighed = not held.fixed and None in masses

    # ---- the days

    def live(self) -> None:
        """Every day on which anything came or left; all that comes in enters before anything leaves."""
        days: dict[dt.date, list[LotKey]] = defaultdict(list)
        for name, held in self.lots.items():
            for day in () if held.fixed else {*held.came, *held.made, *held.leaves}:
                days[day].append(name)
        for day in sorted(days):
            opened = {name: state for name in days[day] if (state := self._opened(name, day)) is not None}
            for name, mix in self._settled(opened, day).items():
                self.lots[name].states.append((day, mix))

    def _opened(self, name: LotKey, day: dt.date) -> _Opened | None:
        """A lot's new state of a day; None where nothing came in and nothing is missing."""
        held = self.lots[name]
        came, made = held.came.get(day, []), held.made.get(day, [])
        before, added, unsure = held.balance, sum(mass or 0 for *_, mass in (*came, *made)), held.unsure
        unknown = 0 if held.unweighed else held.missing(day, added, self.weighing)
        if not (came or made or unknown):
            return None
        whole = 1 if held.unweighed else before + added + unknown
        if whole <= 0:
            return _Opened({Matter(None, None, f"lot {name}: nothing that came in has a mass"): ONE}, known=False)

        def part(mass: int | None) -> Fraction:
            return Fraction(1 if held.unweighed else mass or 0, whole)

        known: list[tuple[Mix, Fraction]] = [({matter: ONE - wet, VOLATILE: wet}, part(mass)) for matter, wet, mass in came]
        if before and held.states:
            open_mix = {Matter(None, None, f"lot {name}: the mass of a draw is not known", unweighed=True): ONE}
            known.append((open_mix if unsure else held.states[-1][1], part(before)))
        if unknown:
            known.append(({Matter(None, None): ONE}, part(unknown)))
        feeds = [(batch, output, part(mass)) for batch, output, mass in made]
        came_with = [(matter.delivery, mass) for matter, _, mass in came if matter.delivery is not None]
        weighed = not (unknown or held.unweighed or (unsure and before))
        return _Opened(mixed(known), feeds, bool(before and held.states), came_with, bool(unknown), weighed)

    def _settled(self, opened: Mapping[LotKey, _Opened], day: dt.date) -> dict[LotKey, Mix]:
        """The mixtures of a day's new states, those that feed others first."""
        made_of: dict[_Node, list[_Node]] = {}
        for name, state in opened.items():
            made_of[name] = [batch for batch, *_ in state.feeds]
            for key in made_of[name]:
                made_of[key] = [taken.lot for taken in self._batch(key).taken if taken.lot in opened]  # type: ignore[arg-type]
        found: dict[LotKey, Mix] = {}
        outcomes: dict[_BatchKey, list[dict[Matter, Fraction]]] = {}
        for group in sources_first(made_of, made_of):
            if len(group) > 1:
                self._solve(group, opened, found, outcomes)
                self.loops += 1
                why = self._open_loop(group, opened, outcomes)
                self.steps += [replace(self._step(node, day, opened, found, why), loop=self.loops) for node in group]
                continue
            node = group[0]
            if isinstance(node, LotKey):
                found[node] = self._told(_combined(opened[node], outcomes))
            else:
                batch = self._batch(node)
                held = [self._held(taken.lot, found) for taken in batch.taken]
                outcomes[node] = [self._told(mix) for mix in blend(batch, held, self.weighing, self.unaccounted)]
            self.steps.append(self._step(node, day, opened, found))
        return found

    def _told(self, mix: dict[Matter, Fraction]) -> dict[Matter, Fraction]:
        """A mixture, or (where anything is moist) nothing but what hides how much water it brought."""
        hiding = [matter for matter in mix if matter.unweighed] if self.moist and len(mix) > 1 else []
        return {hiding[0]: ONE} if hiding else mix

    def _step(self, node: _Node, day: dt.date, opened: Mapping[LotKey, _Opened], found: Mapping[LotKey, Mix], why: str = "") -> Step:
        """What a node was made of, for whoever follows papers instead of matter."""
        if isinstance(node, LotKey):
            number, state = len(self.lots[node].states), opened[node]
            before: list[StepKey] = [("lot", node, number - 1)] if state.before else []
            fed: list[StepKey] = [("run", key, place) for (key, place), *_ in state.feeds]
            brought, came = (tuple(d for d, mg in state.arrived if mg != 0), tuple(d for d, _ in state.arrived))
            return Step(("lot", node, number), day, (*before, *fed), brought, came, state.unknown, state.known, why)
        batch = self._batch(node)
        drawn = [(taken, taken.lot in opened, self.lots[taken.lot]) for taken in batch.taken if taken.net_mg != 0]
        made_of: list[StepKey] = [("lot", taken.lot, len(lot.states) - (0 if today else 1)) for taken, today, lot in drawn]
        even = balance(batch, [self._held(taken.lot, found) for taken in batch.taken], self.weighing, self.unaccounted)
        early = [taken.lot for taken, today, lot in drawn if not today and not lot.states]
        split = batch.why if batch.loose else f"lot {early[0]}: it was drawn before anything came in" if early else ""
        gain = even == "gain" and not batch.chemical
        known = even == "even" or (batch.chemical and None not in [taken.mg for taken in batch.taken])
        return Step(("run", *node), day, tuple(made_of), unknown=gain, known=known, why=why or split)

    def _batch(self, key: _BatchKey) -> Batch:
        return self.runs[key[0]].batches[key[1]]

    def _held(self, lot: LotKey, found: Mapping[LotKey, Mix]) -> Mix:
        """What a lot holds once the day's inflow is in it."""
        if lot in found:
            return found[lot]
        states = self.lots[lot].states
        return states[-1][1] if states else {Matter(None, None, f"lot {lot}: it was drawn before anything came in"): ONE}

    def _solve(
        self,
        group: list[_Node],
        opened: Mapping[LotKey, _Opened],
        found: dict[LotKey, Mix],
        outcomes: dict[_BatchKey, list[dict[Matter, Fraction]]],
    ) -> None:
        """Lots that feed each other on one day, as equations; anything where they have no one solution."""
        equations: dict[_Node, Equation[_Node, Matter]] = {}
        for node in group:
            equation = self._equation(node, opened, outcomes)
            if equation is not None:
                equations[node] = _with_known(equation, group, lambda lot: self._held(lot, found))
        mixes = solved(equations) if len(equations) == len(group) else None
        sound = mixes is not None and all(mix and min(mix.values()) >= 0 for mix in mixes.values())
        for node in group:
            mix = mixes[node] if mixes is not None and sound else {Matter(None, None, _LOOP, unweighed=True): ONE}
            if isinstance(node, LotKey):
                found[node] = self._told(normal(mix))
            else:
                outcomes[node] = [self._told(normal(mix)) for _ in self._batch(node).made]

    def _open_loop(
        self, group: list[_Node], opened: Mapping[LotKey, _Opened], outcomes: Mapping[_BatchKey, list[dict[Matter, Fraction]]]
    ) -> str:
        """Why it is open what came into a loop from outside, "" where it is recorded: nothing, or less than what it passed on to itself."""
        given: list[Fraction] = []
        for node in group:
            equation = self._equation(node, opened, outcomes)
            if equation is None:
                return _LOOP
            outside = sum((f for name, f in equation.factors.items() if name not in group), ZERO)
            outside += sum((share for share in equation.amounts.values() if share > 0), ZERO)
            given += [outside] if outside and not isinstance(node, LotKey) else []
        fed = any(
            opened[node].amounts or {batch for batch, *_ in opened[node].feeds} - set(group) for node in group if isinstance(node, LotKey)
        )
        return "" if (given and max(given) >= Fraction(1, 2)) or (not given and fed) else _LOOP

    def _equation(
        self, node: _Node, opened: Mapping[LotKey, _Opened], outcomes: Mapping[_BatchKey, list[dict[Matter, Fraction]]]
    ) -> Equation[_Node, Matter] | None:
        if not isinstance(node, LotKey):
            batch = self._batch(node)
            return in_a_loop(batch, [taken.lot for taken in batch.taken], self.weighing, self.unaccounted)
        equation: Equation[_Node, Matter] = Equation(amounts=dict(opened[node].amounts))
        for key, output, share in opened[node].feeds:
            if key in outcomes:
                equation.add_amounts(outcomes[key][output], share)
            else:
                equation.add_factor(key, share)
        return equation


def _combined(state: _Opened, outcomes: Mapping[_BatchKey, list[dict[Matter, Fraction]]]) -> dict[Matter, Fraction]:
    return normal(mixed([(state.amounts, ONE), *((outcomes[batch][output], share) for batch, output, share in state.feeds)]))


def _with_known(equation: Equation[_Node, Matter], group: list[_Node], held: Callable[[LotKey], Mix]) -> Equation[_Node, Matter]:
    """An equation in the unknowns of a loop only: what the lots outside of it hold is known."""
    result: Equation[_Node, Matter] = Equation(amounts=dict(equation.amounts))
    for other, factor in equation.factors.items():
        if other in group or not isinstance(other, LotKey):
            result.add_factor(other, factor)
        else:
            result.add_amounts(held(other), factor)
    return result
