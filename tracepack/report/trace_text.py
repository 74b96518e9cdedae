"""A trace as an indented tree with the mass on every link.  Never recursive: a chain of 10,000 runs prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracepack.report.answers import TraceAnswer, TraceLink, TraceLot
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
        [findings_text(answer.findings, lang)] if answer.findings else [],
        [w("text.as_known", number=answer.as_known_after_import), visible(answer.statement)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def lot_labels(lots: Sequence[TraceLot]) -> dict[str, TraceLot]:
    """Lots by every name a link may use: "number (owner)", and the bare number where only one owner has it."""
    labels: dict[str, TraceLot] = {}
    numbers: dict[str, list[TraceLot]] = {}
    for lot in lots:
        labels[f"{lot.number} ({lot.owner})"] = lot
        numbers.setdefault(lot.number, []).append(lot)
    return {**{number: same[0] for number, same in numbers.items() if len(same) == 1}, **labels}


def _tree_lines(answer: TraceAnswer, w: Wording) -> list[str]:
    """Depth first from the asked lot; a lot is expanded where it is met first, later mentions say so."""
    labels = lot_labels(answer.lots)
    upward = answer.direction == "up"
    nexts = _links_by_lot(answer.links, labels, upward)
    root = f"{answer.lot.number} ({answer.lot.owner})"
    lines = [_lot_text(root, labels, w)]
    expanded = {root}
    waiting = [(link, 1) for link in reversed(nexts.get(root, ()))]
    while waiting:
        link, step = waiting.pop()
        name = _name(link.from_ if upward else link.to, labels)
        again = name in expanded and name in nexts
        lines.append(_link_line(link, name, step, again, labels, w, upward=upward))
        if not again:
            expanded.add(name)
            waiting += [(child, step + 1) for child in reversed(nexts.get(name, ()))]
    return lines


def _name(label: str, labels: Mapping[str, TraceLot]) -> str:
    lot = labels.get(label)
    return f"{lot.number} ({lot.owner})" if lot else label


def _links_by_lot(links: Sequence[TraceLink], labels: Mapping[str, TraceLot], upward: bool) -> dict[str, list[TraceLink]]:
    nexts: dict[str, list[TraceLink]] = {}
    for link in links:
        nexts.setdefault(_name(link.to if upward else link.from_, labels), []).append(link)
    return nexts


def _lot_text(name: str, labels: Mapping[str, TraceLot], w: Wording) -> str:
    lot = labels.get(name)
    if lot is None:
        return visible(name)
    mass = w.kg(None) if lot.mass_kg is None else w("text.lot_mass", mass=w.kg(lot.mass_kg))
    return visible("  ".join(part for part in (name, lot.material, mass) if part))


def _link_line(link: TraceLink, name: str, step: int, again: bool, labels: Mapping[str, TraceLot], w: Wording, *, upward: bool) -> str:
    key = "text.link_down" if not upward else "text.link" if name in labels else "text.link_source"
    text = w(key, mass=w.kg(link.mass_kg), lot=_lot_text(name, labels, w))
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
