"""The cross-sections of a film as a picture of its own: one for each run behind a lot that put layers together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from tracepack.core.ledger import LotKey
from tracepack.report.boxes import INK, QUIET
from tracepack.report.crosssection import Layer, cross_section_svg, layers_of
from tracepack.report.dossier_rows import DossierRun
from tracepack.report.drawntext import lines_within, text_lines
from tracepack.report.fonts import LATIN_FAMILY, Fonts
from tracepack.report.paper import is_readable, paper_of
from tracepack.report.pdf import picture_size
from tracepack.report.wording import Wording, visible

_MARGIN, _LINE, _ROOM = 14.0, 14.0, 330.0


def layers_svg(title: str, runs: Sequence[DossierRun], contents: Mapping[LotKey, str], date: str, w: Wording, fonts: Fonts) -> str:
    """The sections of some runs, each to scale of what all its layers state; "" where no run has layers with sizes.

    ``contents`` says what each lot is, for the labels.
    """
    sections = [section for run in runs if (section := _section(run, contents, w, fonts)) is not None]
    if not sections:
        return ""
    width = max([picture_size(svg)[0] for _, svg in sections]) + 2 * _MARGIN
    head = lines_within(visible(title), 13, width - 2 * _MARGIN, fonts, bold=True)
    parts = [text_lines(head, _MARGIN, _MARGIN, 13, _LINE + 2, bold=len(head))]
    top = _MARGIN + len(head) * (_LINE + 2) + 6
    for says, svg in sections:
        lines = lines_within(visible(says), 11, width - 2 * _MARGIN, fonts)
        parts.append(text_lines(lines, _MARGIN, top, 11, _LINE))
        top += len(lines) * _LINE + 4
        placed = re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', svg, count=2)
        parts.append(placed.replace("<svg ", f'<svg x="{_MARGIN:g}" y="{top:.2f}" ', 1))
        top += picture_size(svg)[1] + 12
    height = top + 12
    paper = paper_of(width, height).name if is_readable(width, height) else ""
    notes = [w("diagram.dated", date=date)] if date else []
    notes.append(w("diagram.paper", paper=paper) if paper else w("diagram.no_paper"))
    parts.append(f'<text x="{_MARGIN:g}" y="{height - 8:.2f}" font-size="10" fill="{QUIET}">{escape(" ".join(notes))}</text>')
    said = escape(visible(" ".join([title, *(says for says, _ in sections)])))
    return (
        f'<svg width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" xmlns="http://www.w3.org/2000/svg" '
        f'role="graphics-document" fill="{INK}" font-family="{LATIN_FAMILY}, Noto Sans CJK SC, sans-serif">'
        f"<title>{escape(visible(title))}</title><desc>{said}</desc>"
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _section(run: DossierRun, contents: Mapping[LotKey, str], w: Wording, fonts: Fonts) -> tuple[str, str] | None:
    """What a run's section says above it, and the section; None where its layers' sizes are not known, or there is one only."""
    rows = [row for row in run.rows if row.direction == "in" and (row.layer or row.thickness_um)]
    measure, layers = layers_of(rows)
    if not measure or len(layers) < 2:
        return None
    owners = {row.lot: row.owner for row in rows}
    labelled = [_labelled(layer, owners, contents, fonts) for layer in layers]
    return w("layers.alone", run=run.run, measure=w(f"layers.{measure}")), cross_section_svg(labelled, w(f"layers.{measure}"), w)


def _labelled(layer: Layer, owners: Mapping[str, str], contents: Mapping[LotKey, str], fonts: Fonts) -> Layer:
    """A layer with its lots and what each of them is, whole, below its short label."""
    said = [f"{lot}: {contents[key]}" for lot in layer.lots if (key := LotKey(owners.get(lot, ""), lot)) in contents]
    return replace(layer, notes=tuple(line for text in said for line in lines_within(visible(text), 10, _ROOM, fonts)))
