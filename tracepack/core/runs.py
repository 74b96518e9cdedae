"""One production run as masses: what goes in, what comes out, what is lost, group by group.

Masses are integer milligrams as-is; None means not known.  A loss of water or of Kind solvent takes volatiles only, a loss
that names an input lot takes that lot, any other loss takes its share of everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tracepack.core.findings import Finding, Severity
from tracepack.core.ledger import LotKey, Run, RunRow
from tracepack.core.quantity import kg_text, mass_mg, percent_text
from tracepack.core.structure import derived_masses, disagreement, layers_of

_SYNTHESIS = {"synthesis", "合成", "synthese"}


@dataclass(frozen=True, slots=True)
class Input:
    """One in row.  ``net_mg`` is what is left of it after the losses that name its lot; ``moisture`` only where the row states it."""

    row: RunRow
    lot: LotKey
    mass_mg: int | None
    net_mg: int | None
    calculated: bool
    moisture: float | None


@dataclass(frozen=True, slots=True)
class Output:
    """One out row."""

    row: RunRow
    lot: LotKey
    mass_mg: int | None
    moisture: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Outputs of one composition and what made them; ``shared`` inputs went into several groups in unknown parts."""

    name: str
    inputs: tuple[Input, ...]
    shared: tuple[Input, ...]
    outputs: tuple[Output, ...]
    volatile_loss_mg: int
    plain_loss_mg: int

    @property
    def out_mg(self) -> int | None:
        """Mass of all outputs, None where one is not known."""
        return total([o.mass_mg for o in self.outputs])


@dataclass(frozen=True, slots=True)
class RunFlow:
    """A run resolved: its groups, every draw on a lot (in rows, and losses of lots that did not go in), its totals."""

    run: Run
    chemical: bool
    groups: tuple[Group, ...]
    draws: tuple[tuple[LotKey, int | None, RunRow], ...]
    in_mg: int | None
    out_mg: int | None
    loss_mg: int | None
    findings: tuple[Finding, ...]

    @property
    def unaccounted_mg(self) -> int | None:
        """In less out less lost: positive is missing mass, negative is mass from nowhere; None where a mass is not known."""
        if self.in_mg is None or self.out_mg is None or self.loss_mg is None:
            return None
        return self.in_mg - self.out_mg - self.loss_mg


@dataclass(frozen=True, slots=True)
class RunWorld:
    """What a run needs to know of the rest: a lot's canonical key, mass of a row, density, and whether a row's matter is volatile."""

    canonical: Callable[[LotKey], LotKey]
    mass: Callable[[RunRow], int | None]
    density: Callable[[RunRow], float | None]
    volatile: Callable[[RunRow], bool]
    structure_tolerance: float


def total(masses: Sequence[int | None]) -> int | None:
    """The sum, None where one is not known."""
    known = [m for m in masses if m is not None]
    return sum(known) if len(known) == len(masses) else None


def row_mass(row: RunRow, geometry: object) -> int | None:
    """A row's stated mass in mg, None where it states none or its unit cannot be turned into mass."""
    if row.quantity is None or row.unit is None:
        return None
    return mass_mg(row.quantity, row.unit, geometry)  # type: ignore[arg-type]


def resolve_run(run: Run, world: RunWorld) -> RunFlow:
    """Resolve a run's masses: quantities, then structure; losses to lots, volatiles and the rest; groups."""
    ins = [r for r in run.rows if r.direction == "in" and r.lot is not None]
    outs = [r for r in run.rows if r.direction == "out" and r.lot is not None]
    losses = [(r, world.mass(r)) for r in run.rows if r.direction == "loss"]
    outputs = [Output(r, world.canonical(r.lot), world.mass(r), _point(r)) for r in outs if r.lot is not None]
    loss_mg = total([m for _, m in losses])
    out_mg = total([o.mass_mg for o in outputs])
    inputs, findings = _inputs(ins, world, None if out_mg is None or loss_mg is None else out_mg + loss_mg)
    inputs, strangers, plain, volatile, impossible = _take_losses(inputs, losses, world)
    draws = [(i.lot, i.mass_mg, i.row) for i in inputs] + strangers
    apart_mg = sum(m or 0 for _, m, _ in strangers) + sum(m or 0 for row, m in losses if row in impossible)
    chemical = _is_chemical(run, ins)
    return RunFlow(
        run=run,
        chemical=chemical,
        groups=_groups(inputs, outputs, plain, volatile),
        draws=tuple(draws),
        in_mg=total([i.mass_mg for i in inputs]),
        out_mg=out_mg,
        loss_mg=None if loss_mg is None else loss_mg - apart_mg,
        findings=(*findings, *_mass_findings(run, inputs, outputs, losses), *(_impossible_loss(run, row) for row in impossible)),
    )


def _point(row: RunRow) -> float | None:
    return None if row.moisture is None else (row.moisture.low + row.moisture.high) / 2


def _is_chemical(run: Run, ins: Sequence[RunRow]) -> bool:
    """Whether carbon, not mass, must balance: a Carbon Share is given, or the run's Kind is synthesis."""
    kind = (run.kind or "").strip().casefold()
    return kind in _SYNTHESIS or any(r.carbon_share is not None for r in ins)


def _inputs(ins: Sequence[RunRow], world: RunWorld, total_mg: int | None) -> tuple[list[Input], list[Finding]]:
    """The in rows with stated or derived masses, and how the structure compares."""
    stated = [world.mass(r) for r in ins]
    layers = layers_of(ins, stated, world.density)
    derived = derived_masses(stated, layers, total_mg)
    inputs = []
    for index, row in enumerate(ins):
        mass = stated[index] if stated[index] is not None else derived.get(index)
        if row.lot is not None:
            inputs.append(Input(row, world.canonical(row.lot), mass, mass, index in derived, _point(row)))
    off = disagreement(stated, layers)
    findings = []
    if off > world.structure_tolerance:
        findings.append(
            Finding(
                "structure-disagrees",
                Severity.WARNING,
                f"Run {ins[0].run_no}: the structure (thickness, density, grammage) gives a layer {percent_text(off, 1)} "
                "away from its quantity.",
                "The quantities were used. Correct the thickness, density or grammage, or the quantity.",
                tuple(r.source.ref("thickness" if r.thickness is not None else "grammage") for r in ins if r.thickness or r.grammage),
            )
        )
    return inputs, findings


def _take_losses(
    inputs: list[Input], losses: Sequence[tuple[RunRow, int | None]], world: RunWorld
) -> tuple[list[Input], list[tuple[LotKey, int | None, RunRow]], list[tuple[RunRow, int]], list[tuple[RunRow, int]], list[RunRow]]:
    """Split losses: taken from the input lot they name, from a lot that did not go in, plain, volatile; and those that name an
    input lot of which less went in: they explain nothing, so their mass stays unaccounted for."""
    strangers: list[tuple[LotKey, int | None, RunRow]] = []
    plain: list[tuple[RunRow, int]] = []
    volatile: list[tuple[RunRow, int]] = []
    impossible: list[RunRow] = []
    net = list(inputs)
    for row, mass in losses:
        lot = None if row.lot is None else world.canonical(row.lot)
        if lot is not None and any(i.lot == lot for i in net):
            less = _less(net, lot, mass or 0)
            net = net if less is None else less
            impossible.extend([row] if less is None else [])
        elif lot is not None:
            strangers.append((lot, mass, row))
        elif world.volatile(row):
            volatile.append((row, mass or 0))
        else:
            plain.append((row, mass or 0))
    return net, strangers, plain, volatile, impossible


def _less(inputs: list[Input], lot: LotKey, mass: int) -> list[Input] | None:
    """Take a lost mass from the in rows of a lot, in proportion; None where less of it went in (beyond rounding)."""
    mine = [i for i in inputs if i.lot == lot]
    if any(i.net_mg is None for i in mine):
        return inputs
    whole = sum(i.net_mg or 0 for i in mine)
    if mass > whole * 1.005 or whole <= 0:
        return None
    kept = max(0.0, 1.0 - mass / whole)
    return [replace(i, net_mg=round((i.net_mg or 0) * kept)) if i.lot == lot else i for i in inputs]


def _groups(
    inputs: Sequence[Input], outputs: Sequence[Output], plain: Sequence[tuple[RunRow, int]], volatile: Sequence[tuple[RunRow, int]]
) -> tuple[Group, ...]:
    """Split a run by Output Group; without one, or with one only, everything belongs together."""
    names = list(dict.fromkeys(o.row.output_group or "" for o in outputs))
    if len(names) == 1:
        lost = (sum(m for _, m in volatile), sum(m for _, m in plain))
        return (Group(names[0], tuple(inputs), (), tuple(outputs), *lost),)
    own = {name: [i for i in inputs if name and i.row.output_group == name] for name in names}
    shared = tuple(i for i in inputs if not i.row.output_group or i.row.output_group not in names)
    outs = {name: tuple(o for o in outputs if (o.row.output_group or "") == name) for name in names}
    groups = []
    for name in names:
        wet = _allotted(name, volatile, own, outs, bool(shared))
        dry = _allotted(name, plain, own, outs, bool(shared))
        groups.append(Group(name, tuple(own[name]), shared, outs[name], wet, dry))
    return tuple(groups)


def _allotted(
    name: str, losses: Sequence[tuple[RunRow, int]], own: dict[str, list[Input]], outs: dict[str, tuple[Output, ...]], shared: bool
) -> int:
    """A group's part of the losses: those that name it, and of the rest its part by what it has left over."""
    named = sum(m for row, m in losses if row.output_group == name)
    rest = sum(m for row, m in losses if row.output_group not in outs)
    if shared or rest == 0:
        return named
    slack = {n: max(0, sum(i.net_mg or 0 for i in own[n]) - sum(o.mass_mg or 0 for o in outs[n])) for n in outs}
    whole = sum(slack.values())
    return named + (round(rest * slack[name] / whole) if whole else 0)


def _mass_findings(
    run: Run, inputs: Sequence[Input], outputs: Sequence[Output], losses: Sequence[tuple[RunRow, int | None]]
) -> list[Finding]:
    """Rows without a mass: with a unit that cannot be converted, or with nothing to derive it from."""
    rows = [(i.row, i.mass_mg) for i in inputs] + [(o.row, o.mass_mg) for o in outputs] + list(losses)
    missing = [row for row, mass in rows if mass is None]
    with_unit = [r for r in missing if r.quantity is not None]
    bare = [r for r in missing if r.quantity is None]
    findings = [unit_finding(r.source.ref("unit"), str(r.quantity), r.unit, f"run {run.key.number}") for r in with_unit]
    if bare:
        findings.append(
            Finding(
                "mass-unknown",
                Severity.WARNING,
                f"Run {run.key.number}: {len(bare)} row(s) state no quantity, and no structure gives one (a layer's thickness and density, "
                "or its grammage, and shares that add up to 100 %); their mass is unknown.",
                "Fill in Quantity and Unit, or thickness and density (or grammage) for every layer.",
                tuple(r.source.ref("quantity") for r in bare),
            )
        )
    return findings


def _impossible_loss(run: Run, row: RunRow) -> Finding:
    return Finding(
        "mass-not-balanced",
        Severity.ERROR,
        f"Run {run.key.number}: more of lot {row.lot} is lost than went in.",
        "Correct the loss or the input. Until then the loss explains nothing, and any input may be missing.",
        (row.source.ref("quantity"),),
    )


def unit_finding(ref: object, quantity: str, unit: str | None, where: str) -> Finding:
    """The finding of a quantity that cannot be turned into mass."""
    return Finding(
        "unit-unknown",
        Severity.WARNING,
        f"{quantity} {unit or '(no unit)'} of {where} cannot be turned into mass; the mass is unknown.",
        "Use kg, g, t or lb, or give the material's Grammage, Width or Piece Weight in Materials. "
        "Write short ton, long ton or t for a bare ton.",
        (ref,),  # type: ignore[arg-type]
    )


def balance_finding(flow: RunFlow, weighing: float, unaccounted: float) -> list[Finding]:
    """Whether a physical run's masses close: losses beyond the unaccounted tolerance, gains beyond the weighing tolerance."""
    missing = flow.unaccounted_mg
    if flow.chemical or missing is None or not flow.in_mg:
        return []
    number, refs = flow.run.key.number, tuple(r.source.ref("quantity") for r in flow.run.rows)
    said = f"Run {number}: {kg_text(flow.in_mg)} kg in, {kg_text(flow.out_mg or 0)} kg out, {kg_text(flow.loss_mg or 0)} kg lost"
    share = abs(missing) / flow.in_mg
    if missing > unaccounted * flow.in_mg:
        part = f"{kg_text(missing)} kg ({percent_text(min(1.0, share), 1)} of the input)"
        text = f"{said}: {part} unaccounted for, more than {percent_text(unaccounted, 1)}."
        hint = "Add a loss row (naming water, the lot, or nothing for trim of everything), or correct a quantity."
        return [Finding("mass-not-balanced", Severity.ERROR, text, hint, refs)]
    if -missing <= weighing * flow.in_mg:
        return []
    text = f"{said}: {kg_text(-missing)} kg more than went in."
    hint = "Add the missing input row, or correct a quantity. Until then the excess counts as an unknown input."
    findings = [Finding("mass-not-balanced", Severity.ERROR, text, hint, refs)]
    if (flow.out_mg or 0) > flow.in_mg * (1 + weighing):
        heavier = f"Run {number} puts out {kg_text(flow.out_mg or 0)} kg from {kg_text(flow.in_mg)} kg."
        out_refs = tuple(r.source.ref("quantity") for r in flow.run.rows if r.direction == "out")
        findings.append(Finding("output-heavier-than-input", Severity.ERROR, heavier, hint, out_refs))
    return findings
