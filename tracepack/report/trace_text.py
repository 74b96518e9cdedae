"""A trace as an indented tree with the mass on every link.  Never recursive: a chain of 10,000 runs prints."""

from __future__ import annotations

from collections.abc import Mapping

from tracepack.report.answers import TraceAnswer, TraceLink, TraceLot
from tracepack.report.custody_text import custody_lines
from tracepack.report.findings_text import findings_text
from tracepack.report.wording import Wording, visible, wording

#: Steps that are indented; deeper lines name their step instead, or a long chain would be a wall of spaces.
INDENTED_STEPS = 24


def trace_text(answer: TraceAnswer, lang: str = "en") -> str:
    """`trace LOT`: the tree, shipments, open ends and findings; the completeness statement stands last."""
    w = wording(lang)
    blocks = [
        _tree_lines(answer, w),
        _shipment_lines(answer, w),
        _open_end_lines(answer, w),
        custody_lines(answer.chain_of_custody, w),
        [findings_text(answer.findings, lang)] if answer.findings else [],
        [w("text.as_known", number=answer.as_known_after_import), visible(answer.statement)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _name(number: str, owner: str | None) -> str:
    """How a lot is called on its line; a source has no owner beside it."""
    return number if owner is None else f"{number} ({owner})"


def _tree_lines(answer: TraceAnswer, w: Wording) -> list[str]:
    """Depth first from the asked lot; a lot is expanded where it is met first, later mentions say so."""
    upward = answer.direction == "up"
    lots = {_name(lot.number, lot.owner): lot for lot in answer.lots}
    nexts: dict[str, list[TraceLink]] = {}
    for link in answer.links:
        near = _name(link.to, link.to_owner) if upward else _name(link.from_, link.from_owner)
        nexts.setdefault(near, []).append(link)
    root = _name(answer.lot.number, answer.lot.owner)
    lines = [_lot_text(root, lots, w)]
    expanded = {root}
    waiting = [(link, 1) for link in reversed(nexts.get(root, ()))]
    while waiting:
        link, step = waiting.pop()
        name = _name(link.from_, link.from_owner) if upward else _name(link.to, link.to_owner)
        again = name in expanded and name in nexts
        lines.append(_link_line(link, _lot_text(name, lots, w), step, again, w, upward=upward))
        if not again:
            expanded.add(name)
            waiting += [(child, step + 1) for child in reversed(nexts.get(name, ()))]
    return lines


def _lot_text(name: str, lots: Mapping[str, TraceLot], w: Wording) -> str:
    lot = lots.get(name)
    if lot is None:
        return visible(name)
    mass = w.kg(None) if lot.mass_kg is None else w("text.lot_mass", mass=w.kg(lot.mass_kg))
    return visible("  ".join(part for part in (name, lot.material, mass) if part))


def _link_line(link: TraceLink, lot: str, step: int, again: bool, w: Wording, *, upward: bool) -> str:
    key = "text.link_down" if not upward else "text.link_source" if link.from_owner is None else "text.link"
    text = w(key, mass=w.kg(link.mass_kg), lot=lot)
    notes = [w("text.through_run", run=visible(link.run))] if link.run else []
    notes += [w("text.see_above")] if again else []
    tail = f"  [{', '.join(notes)}]" if notes else ""
    deep = f"{w('text.depth', depth=step)} " if step > INDENTED_STEPS else ""
    return f"{'  ' * min(step, INDENTED_STEPS)}{deep}{text}{tail}"


def _shipment_lines(answer: TraceAnswer, w: Wording) -> list[str]:
    if not answer.shipments:
        return []
    lines = [
        w(
            "text.shipment",
            mass=w.kg(s.mass_kg),
            lot=visible(f"{s.number} ({s.owner})"),
            customer=visible(s.customer),
            date=s.date,
            shipment=visible(s.shipment),
        )
        for s in answer.shipments
    ]
    return [w("text.shipments"), *(f"  {line}" for line in lines)]


def _open_end_lines(answer: TraceAnswer, w: Wording) -> list[str]:
    lines = []
    for end in answer.open_ends:
        mass = f" ({w.kg(end.mass_kg)})" if end.mass_kg is not None else ""
        lines.append(f"  {visible(f'{end.number} ({end.owner})' if end.owner else end.number)}{mass}: {visible(end.reason)}")
    return [w("text.open_ends"), *lines] if lines else []
