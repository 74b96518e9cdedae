"""The layers that a run put together: a table, and a cross-section drawn to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tracepack.report import naming
from tracepack.report.document import Block, Cell, Heading, Picture, table
from tracepack.report.dossier_rows import DossierRun, DossierRunRow
from tracepack.report.fonts import LATIN_FAMILY
from tracepack.report.leads import Leads
from tracepack.report.wording import Wording, visible

_WIDTH, _HEIGHT, _STEP, _BAND, _NOTE = 520.0, 240.0, 30.0, 150.0, 12.0
_FILLS = ("#0b5c8a", "#d98c10", "#4f8f4b", "#9a6cb4", "#b3400a", "#6f7f89")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name, what it is of, and its size in the picture's measure (None where nobody stated it).

    ``notes`` are further lines of its label, where the picture stands alone.
    """

    name: str
    lots: tuple[str, ...]
    size: float | None
    notes: tuple[str, ...] = ()


def layer_blocks(runs: Sequence[DossierRun], leads: Leads, w: Wording) -> list[Block]:
    """For every run with layers: its cross-section, where the layers' sizes are known, and its table."""
    blocks: list[Block] = []
    for number, run in enumerate(runs):
        numbered = [(place, row) for place, row in enumerate(run.rows) if row.direction == "in" and (row.layer or row.thickness_um)]
        rows = [row for _, row in numbered]
        if not rows:
            continue
        blocks.append(Heading(w("layers.of_run", run=run.run)))
        measure, layers = layers_of(rows)
        if measure and len(layers) > 1:
            says = w("layers.picture", run=run.run, measure=w(f"layers.{measure}"))
            blocks.append(Picture(says, cross_section_svg(layers, w(f"layers.{measure}"), w)))
        cells = [_row(row, f"/runs/{number}/rows/{place}", leads, w) for place, row in numbered]
        columns = ("layer", "lot", "material", "layer_share", "thickness", "density", "grammage", "mass", "place")
        blocks.append(table(w, columns, cells, right=columns[3:8]))
    return blocks


def layers_of(rows: Sequence[DossierRunRow]) -> tuple[str, list[Layer]]:
    """The layers in the order of the rows, and the measure that all of them state: thickness, else grammage, else mass; else ""."""
    grouped: dict[str, list[DossierRunRow]] = {}
    for place, row in enumerate(rows):
        grouped.setdefault(row.layer or f"#{place}", []).append(row)
    for measure, field in (("thickness", "thickness_um"), ("grammage", "grammage_g_m2"), ("mass", "mass_kg")):
        sizes = [_size(group, field) for group in grouped.values()]
        if all(size is not None and size > 0 for size in sizes):
            return measure, _layers(grouped, sizes)
    return "", _layers(grouped, [None] * len(grouped))


def _size(group: Sequence[DossierRunRow], field: str) -> float | None:
    """A layer's size: its mass is the sum over its rows, its thickness or grammage is stated once (or the same each time)."""
    values = [getattr(row, field) for row in group]
    if field == "mass_kg":
        return None if None in values else sum(float(value) for value in values)
    stated = {value for value in values if value}
    return float(stated.pop()) if len(stated) == 1 else None


def _layers(grouped: dict[str, list[DossierRunRow]], sizes: Sequence[float | None]) -> list[Layer]:
    return [
        Layer(group[0].layer, tuple(dict.fromkeys(row.lot or row.material for row in group)), size)
        for group, size in zip(grouped.values(), sizes, strict=True)
    ]


def cross_section_svg(layers: Sequence[Layer], measure: str, w: Wording) -> str:
    """Bands whose heights are to scale, each led to its label; labels keep their distance where bands are thin."""
    whole = sum(layer.size or 0.0 for layer in layers)
    step = _STEP + _NOTE * max(len(layer.notes) for layer in layers)
    height = max(_HEIGHT, step * len(layers) + 30)
    top, parts = 26.0, [f'<text x="4" y="15" font-size="11" fill="#57606a">{escape(visible(measure))}</text>']
    room = height - top - 6
    for place, layer in enumerate(layers):
        share = (layer.size or 0.0) / whole
        band = share * room
        label = 26.0 + room * (place + 0.5) / len(layers) - _NOTE * len(layer.notes) / 2
        fill = _FILLS[place % len(_FILLS)]
        text = escape(visible(f"{layer.name or place + 1}: {_short(', '.join(layer.lots))}"))
        size = escape(f"{w.number(f'{layer.size:g}')} ({w.percent(share, 1)})")
        parts.append(f'<rect x="4" y="{top:.2f}" width="{_BAND:g}" height="{band:.2f}" fill="{fill}" stroke="#ffffff" stroke-width="0.5"/>')
        parts.append(f'<path d="M{_BAND + 4:g} {top + band / 2:.2f}L{_BAND + 34:g} {label:.2f}" stroke="#57606a" fill="none"/>')
        parts.append(f'<text x="{_BAND + 40:g}" y="{label - 1:.2f}" font-size="11" fill="#1b1f24">{text}</text>')
        parts.append(f'<text x="{_BAND + 40:g}" y="{label + 11:.2f}" font-size="10" fill="#57606a">{size}</text>')
        for number, note in enumerate(layer.notes, 1):
            y = label + 11 + number * _NOTE
            parts.append(f'<text x="{_BAND + 40:g}" y="{y:.2f}" font-size="10" fill="#57606a">{escape(visible(note))}</text>')
        top += band
    return (
        f'<svg width="{_WIDTH:g}pt" height="{height:g}pt" viewBox="0 0 {_WIDTH:g} {height:g}" xmlns="http://www.w3.org/2000/svg" '
        f'font-family="{LATIN_FAMILY}, Noto Sans CJK SC, sans-serif">{"".join(parts)}</svg>'
    )


def _short(text: str) -> str:
    """What fits beside the bands; the table below has it whole."""
    return text if len(text) <= 48 else f"{text[:47]}…"


def _row(row: DossierRunRow, pointer: str, leads: Leads, w: Wording) -> tuple[Cell, ...]:
    stated = (row.layer_share, row.thickness_um, row.density_g_cm3, row.grammage_g_m2)
    numbers = [leads.cell(w.number(text), pointer, told=False) for text in stated]
    lot = f"{row.lot} ({row.owner})" if row.owner else row.lot
    mass = leads.mass(row.mass_kg, pointer, w, told=False)
    return (Cell(row.layer), Cell(lot), Cell(row.material), *numbers, mass, leads.cell(naming.place(row.ref), pointer))
