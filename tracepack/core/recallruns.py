"""One run's group forwards: what of its inputs is in its outputs, was lost, is not accounted for.

Masses are milligrams.  A mass that nothing explains within tolerance is missing in proportion; beyond it any of the inputs
may be what is missing, so the outputs have bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace

from tracepack.core.dry import DryGroup, dry_group
from tracepack.core.ledger import LotKey, Run
from tracepack.core.lineage import Lineage
from tracepack.core.mixture import Mixture
from tracepack.core.recallmatter import BOTH, DRY, WET, Drawn, Feed, Fill, Gone, Key, Node
from tracepack.core.runs import Group, Input, RunFlow


@dataclass(frozen=True, slots=True)
class Balance:
    """A group in milligrams: each input's dry and volatile mass, and what they became.

    ``most`` is the most that each input can have given (an input shared with other groups: all of it).  ``out_dry`` is None where
    an output's mass is not known; ``out_moist`` are the outputs' volatile shares (None: not known); ``unknown`` where it is not known
    how much of each input went in, and all count alike; ``given`` are a conversion's inputs by the shares of the outputs' carbon, None
    for a blend.
    """

    inputs: tuple[tuple[Input, float, float], ...]
    most: tuple[float, ...]
    reaction: float
    out_dry: float | None
    out_wet: float
    out_moist: tuple[float | None, ...]
    plain_dry: float
    plain_wet: float
    volatile_loss: float
    loose: bool
    gain: float
    unknown: bool
    given: tuple[tuple[LotKey, float], ...] | None = None
    atoms: bool = False

    @property
    def dry_in(self) -> float:
        """Dry matter that is left after water was formed of it."""
        return sum(dry for _, dry, _ in self.inputs) - self.reaction

    @property
    def wet_in(self) -> float:
        """Volatiles that went in or were formed."""
        return sum(wet for _, _, wet in self.inputs) + self.reaction

    @property
    def dry_out(self) -> float:
        """Dry matter that came out or was lost; what went in where that is not known."""
        return self.dry_in if self.out_dry is None else self.out_dry + self.plain_dry

    @property
    def wet_out(self) -> float:
        """Volatiles that came out or were lost."""
        return self.wet_in if self.out_dry is None else self.out_wet + self.plain_wet + self.volatile_loss

    def add_nodes(self, nodes: MutableMapping[Key, Node], run: Run, number: int, drawn: Drawn) -> None:
        """Add what this group's outputs are made of."""
        if self.given is not None:
            self._add_conversion(nodes, run, number, drawn)
            return
        dry = sum(d for _, d, _ in self.inputs)
        if dry > 0:
            out = max(self.dry_in, self.dry_out)
            beyond = out if self.gain > 0 else self.dry_in
            kept = (1.0, 1.0) if self.unknown else (self.dry_in / beyond if beyond > 0 else 1.0, self.dry_in / out if out > 0 else 1.0)
            parts = [(key, d * share / dry) for item, d, _ in self.inputs for key, share in _only(drawn(item.lot), DRY)]
            fill = None
            if self.loose and self.out_dry is not None:
                items = [(k, most) for (i, _, _), most in zip(self.inputs, self.most, strict=True) for k, _ in _only(drawn(i.lot), DRY)]
                rest = sum(self.most) - sum(mass for _, mass in items)
                fill = Fill((*items, (("state", _NOBODY, 0, DRY), max(0.0, rest))), self.dry_out)
            feeds = [Feed(key, share * kept[0], share * kept[1]) for key, share in parts]
            feeds += self._beside(drawn, DRY)
            nodes["group", run.key, number, DRY] = Node(feeds, 1.0 - kept[0], fill, self.unknown and len(self.inputs) > 1)
        self._add_volatiles(nodes, run, number, drawn)
        if None in self.out_moist:
            keys: list[Key] = [("group", run.key, number, part) for part in (DRY, WET) if ("group", run.key, number, part) in nodes]
            nodes["group", run.key, number, BOTH] = Node([Feed(key, 1 / len(keys), 1 / len(keys)) for key in keys], open=len(keys) > 1)

    def _add_volatiles(self, nodes: MutableMapping[Key, Node], run: Run, number: int, drawn: Drawn) -> None:
        wet, dry = self.wet_in, sum(d for _, d, _ in self.inputs)
        if wet <= 0:
            return
        kept = 1.0 if self.unknown else wet / max(wet, self.wet_out)
        parts = [(key, w / wet) for item, _, w in self.inputs for key, _ in _only(drawn(item.lot), WET) if w]
        if self.reaction > 0:
            formed = self.reaction / wet / dry
            parts += [(key, d * formed) for item, d, _ in self.inputs for key, _ in _only(drawn(item.lot), DRY)]
        feeds = [*(Feed(k, x, x * kept) for k, x in parts), *self._beside(drawn, WET)]
        nodes["group", run.key, number, WET] = Node(feeds, open=self.unknown and len(self.inputs) > 1)

    def _beside(self, drawn: Drawn, part: int) -> list[Feed]:
        """Where masses are not known: the inputs that hold nothing of the subject, of which there may be any share; else []."""
        others = self.unknown and any(not _only(drawn(item.lot), part) for item, *_ in self.inputs)
        return [Feed(None, 1.0, 0.0)] if others else []

    def _add_conversion(self, nodes: MutableMapping[Key, Node], run: Run, number: int, drawn: Drawn) -> None:
        """Outputs by the inputs' carbon; what they carry is all that went in and was not lost, also where water or air came or went."""
        whole = sum(d for _, d, _ in self.inputs)
        took = [Feed(k, d * x / whole, d * x / whole) for i, d, _ in self.inputs for k, x in drawn(i.lot)] if whole > 0 else []
        took += self._beside(drawn, DRY)
        nodes["feed", run.key, number, DRY] = Node(took, open=self.unknown and len(self.inputs) > 1)
        left = max(0.0, whole - self.plain_dry - self.volatile_loss)
        carried = left / self.out_dry if self.out_dry else 0.0
        shares = [Feed(key, part * x, 0.0) for lot, part in self.given or () for key, x in drawn(lot)]
        feeds = [*shares, *self._beside(drawn, DRY), Feed(("feed", run.key, number, DRY), 0.0, carried)]
        nodes["group", run.key, number, DRY] = Node(feeds, open=self.unknown or not (self.atoms or len(self.inputs) == 1))

    def gone(self, run: Run, number: int) -> Iterator[Gone]:
        """What this group lost, and what of it nobody accounts for."""
        dry: Key = ("group", run.key, number, DRY)
        if self.given is not None:
            whole = sum(d for _, d, _ in self.inputs)
            lost = min(whole, self.plain_dry + self.volatile_loss)
            yield Gone(run, "lost", ("feed", run.key, number, DRY), None if self.unknown else lost)
            if not self.out_dry:
                yield Gone(run, "unaccounted", ("feed", run.key, number, DRY), None)
            return
        wet: Key = ("group", run.key, number, WET)
        known = not self.unknown and self.out_dry is not None
        yield Gone(run, "lost", dry, self.plain_dry)
        yield Gone(run, "lost", wet, self.plain_wet + self.volatile_loss)
        yield Gone(run, "unaccounted", dry, max(0.0, self.dry_in - self.dry_out) if known else None)
        yield Gone(run, "unaccounted", wet, max(0.0, self.wet_in - self.wet_out))


#: An input that holds nothing of the subject.
_NOBODY = LotKey("", "")


def _only(parts: Sequence[tuple[Key, float]], part: int) -> list[tuple[Key, float]]:
    """One part of a state, as the whole of that part; all of its matter where its volatiles are not told apart."""
    found = [(key, 1.0) for key, share in parts if key[3] == part and share > 0]
    return found or [(key, 1.0) for key, share in parts if part == WET and share > 0]


def balances_of(lineage: Lineage, flow: RunFlow, mixture: Mixture | None) -> tuple[Balance, ...]:
    """A run's groups; with a mixture by dry matter and volatiles, without one as-is."""
    settings = lineage.ledger.settings
    limits = (settings.weighing_tolerance, settings.unaccounted_tolerance)
    shares = _allotments(flow)
    return tuple(
        _converted(flow, number, mixture) if flow.chemical and mixture is not None else _blended(flow, number, shares, mixture, *limits)
        for number in range(len(flow.groups))
    )


def _allotments(flow: RunFlow) -> tuple[float, ...]:
    """What part of the shared inputs each group took: by what its own inputs do not explain, else by its outputs."""
    needs = [max(0.0, _needed(g) - sum(i.net_mg or 0 for i in g.inputs)) for g in flow.groups]
    if sum(needs) <= 0:
        needs = [float(g.out_mg or 0) for g in flow.groups]
    whole = sum(needs)
    return tuple(n / whole if whole > 0 else 1.0 / len(needs) for n in needs)


def _needed(group: Group) -> float:
    return float((group.out_mg or 0) + group.plain_loss_mg + group.volatile_loss_mg)


def _unallotted(flow: RunFlow) -> float:
    """Losses of a run with several groups that none of them names."""
    rows = {id(i.row): (i.mass_mg or 0) - (i.net_mg or 0) for g in flow.groups for i in (*g.inputs, *g.shared)}
    named = sum(rows.values()) + sum(g.plain_loss_mg + g.volatile_loss_mg for g in flow.groups)
    return max(0.0, float((flow.loss_mg or 0) - named)) if len(flow.groups) > 1 else 0.0


def _blended(flow: RunFlow, number: int, shares: Sequence[float], mixture: Mixture | None, weighing: float, unaccounted: float) -> Balance:
    whole_group = flow.groups[number]
    group, part = whole_group, shares[number]
    if group.shared or len(flow.groups) > 1:
        shared = tuple(replace(i, net_mg=None if i.net_mg is None else round(i.net_mg * part)) for i in group.shared)
        rest = round(_unallotted(flow) * part)
        group = replace(group, shared=shared, plain_loss_mg=group.plain_loss_mg + rest)
    several = bool(group.shared) and len(flow.groups) > 1
    if mixture is None:
        return _as_is(group, whole_group, several, weighing, unaccounted)

    def moist(item: Input) -> float:
        return mixture.volatile.get(mixture.state(item.lot, flow.run), 0.0)

    dry = dry_group(group, moist, weighing, unaccounted)
    damp = mixture.damp.inputs(group, lambda item: mixture.state(item.lot, flow.run))
    outs = [None if mixture.damp.of_output(flow, (number, place)) else share for place, share in enumerate(dry.volatile)]
    items = (*group.inputs, *group.shared)
    if (len(items) > 1 and damp) or any(i.net_mg is None for i in items):
        wet = [float(damp or group.volatile_loss_mg > 0 or (moist(i) if i.moisture is None else i.moisture) > 0) for i in items]
        return _unknown(group, dry, wet, outs)
    return replace(_by_parts(group, dry, several), out_moist=tuple(outs))


def _as_is(group: Group, whole_group: Group, several: bool, weighing: float, unaccounted: float) -> Balance:
    """All matter as one part."""
    items = (*group.inputs, *group.shared)
    unknown = any(i.net_mg is None for i in items)
    masses = [1.0 if unknown else float(i.net_mg or 0) for i in items]
    out, whole = group.out_mg, sum(masses)
    derived = bool(items) and all(i.calculated for i in items)
    spare = 0.0 if unknown or out is None or derived else whole - out - group.plain_loss_mg - group.volatile_loss_mg
    return Balance(
        inputs=tuple((i, m, 0.0) for i, m in zip(items, masses, strict=True)),
        most=tuple(float(i.net_mg or 0) for i in (*whole_group.inputs, *whole_group.shared)),
        reaction=0.0,
        out_dry=None if out is None else float(out),
        out_wet=0.0,
        out_moist=(0.0,) * len(group.outputs),
        plain_dry=float(group.plain_loss_mg + group.volatile_loss_mg),
        plain_wet=0.0,
        volatile_loss=0.0,
        loose=not unknown and (several or spare > unaccounted * whole),
        gain=-spare if spare < -weighing * whole else 0.0,
        unknown=unknown,
    )


def _by_parts(group: Group, dry: DryGroup, several: bool) -> Balance:
    """Dry matter and volatiles apart."""
    wets = [max(0.0, (i.net_mg or 0) - d) for i, d in dry.inputs]
    outs = [(o.mass_mg, v) for o, v in zip(group.outputs, dry.volatile, strict=True)]
    known = None not in [mass for mass, _ in outs]
    left = sum(d + w for (_, d), w in zip(dry.inputs, wets, strict=True)) - group.volatile_loss_mg + dry.gain
    damp = max(0.0, sum(wets) + dry.reaction_water - group.volatile_loss_mg) / left if left > 0 else 0.0
    return Balance(
        inputs=tuple((i, d, w) for (i, d), w in zip(dry.inputs, wets, strict=True)),
        most=tuple(d for _, d in dry.inputs),
        reaction=dry.reaction_water,
        out_dry=sum((m or 0) * (1.0 - v) for m, v in outs) if known else None,
        out_wet=sum((m or 0) * v for m, v in outs),
        out_moist=dry.volatile,
        plain_dry=group.plain_loss_mg * (1.0 - damp),
        plain_wet=group.plain_loss_mg * damp,
        volatile_loss=float(group.volatile_loss_mg),
        loose=several or dry.missing > 0,
        gain=dry.gain,
        unknown=False,
    )


def _unknown(group: Group, dry: DryGroup, wets: Sequence[float], out_moist: Sequence[float | None]) -> Balance:
    """A group of which it is not known how much of each input went in, dry or with its volatiles; ``wets`` is 1 where there may be any."""
    damp = sum(wets) / (len(wets) + sum(wets)) if wets else 0.0
    outs = [(o.mass_mg, share) for o, share in zip(group.outputs, dry.volatile, strict=True)]
    return Balance(
        inputs=tuple((i, 1.0, w) for (i, _), w in zip(dry.inputs, wets, strict=True)),
        most=(1.0,) * len(dry.inputs),
        reaction=0.0,
        out_dry=None if group.out_mg is None else sum((m or 0) * (1.0 - v) for m, v in outs),
        out_wet=sum((m or 0) * v for m, v in outs),
        out_moist=tuple(out_moist),
        plain_dry=group.plain_loss_mg * (1.0 - damp),
        plain_wet=group.plain_loss_mg * damp,
        volatile_loss=float(group.volatile_loss_mg),
        loose=False,
        gain=0.0,
        unknown=True,
    )


def _converted(flow: RunFlow, number: int, mixture: Mixture) -> Balance:
    """A conversion: shares by carbon as the mixture has them, masses as-is."""
    group = flow.groups[number]
    items = (*group.inputs, *group.shared)
    unknown = any(i.net_mg is None for i in items)
    node = mixture.nodes.get(("product", flow.run.key, (number, 0)))
    given = [(key[1], share) for key, share in (node.origin_mix if node else ()) if key[0] == "state"]
    shares = 1.0 / len(flow.groups) if group.shared else 1.0
    masses = [1.0 if unknown else (i.net_mg or 0) * (shares if i in group.shared else 1.0) for i in items]
    return Balance(
        inputs=tuple((i, m, 0.0) for i, m in zip(items, masses, strict=True)),
        most=tuple(masses),
        reaction=0.0,
        out_dry=None if group.out_mg is None else float(group.out_mg),
        out_wet=0.0,
        out_moist=(0.0,) * len(group.outputs),
        plain_dry=float(group.plain_loss_mg),
        plain_wet=0.0,
        volatile_loss=float(group.volatile_loss_mg),
        loose=False,
        gain=0.0,
        unknown=unknown,
        given=tuple(given),
        atoms=bool(items) and all(i.row.carbon_share is not None for i in items),
    )
