"""What a click on a box of a page's lineage costs at 2,000 lots, beside drawing the folded picture once.  Ratios within one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from report import report_examples as example
from report.lineage_shapes import SHAPES
from report.report_browser import probed
from tracepack.report.files import render_report
from tracepack.report.unfolding import unfolding

#: Times the layout of the folded picture, which is 1.5.
LIMIT = 4.0
ACTS = ("boxes", "parts", "zoomed", "moved")
#: What the folds hold may take of the page; it is 0.12.
PART = 0.25


@pytest.mark.benchmark
@pytest.mark.slow
def test_2000_lots_open_smoothly(browser: str, tmp_path: Path, record_property: pytest.RecordProperty) -> None:
    """Twenty boxes, then twenty parts of them, then zooming and moving: each act with the layout that follows it."""
    lineage = SHAPES["2,000 lots over a quarter"]()
    made = render_report(example.film_dossier().model_copy(update={"lineage": lineage}), "html").decode()
    found: dict[str, Any] = probed(
        browser,
        tmp_path,
        made,
        """
        const svg = document.querySelector('figure.zooms svg');
        const middle = (list) => list.sort((a, b) => a - b)[list.length >> 1];
        const layout = () => svg.getBoundingClientRect();
        const timed = (act) => { const before = performance.now(); act(); layout(); return performance.now() - before; };
        const click = (one) => timed(() => one.dispatchEvent(new MouseEvent('click', { bubbles: true })));
        const shown = (display) => { svg.style.display = display; };
        const drawn = middle(Array.from({ length: 9 }, () => { shown('none'); layout(); return timed(() => shown('')); }));
        const boxes = [...svg.querySelectorAll('.node[aria-expanded]')].slice(0, 20).map(click);
        const parts = [...svg.querySelectorAll('.part[aria-expanded]')].slice(0, 20).map(click);
        const press = (key) => timed(() => svg.parentElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
        const zoomed = [...'++--++--'].map(press);
        const moved = Array.from({ length: 9 }, () => press('ArrowDown'));
        const longest = Math.max(...boxes, ...parts, ...zoomed, ...moved);
        const rows = svg.querySelectorAll('.part').length;
        parent.postMessage(JSON.stringify({
          drawn, boxes: middle(boxes), parts: middle(parts), zoomed: middle(zoomed), moved: middle(moved), longest, rows,
        }), '*');
        """,
    )
    shown = ", ".join(f"{name} {found[name]:.1f} ms" for name in ("drawn", *ACTS, "longest"))
    record_property("lineage page", shown)
    print(f"lineage page of 2,000 lots, {found['rows']} rows open: {shown}; {len(made.encode()) / 1e6:.1f} MB")  # noqa: T201
    assert found["rows"] > 100
    assert len(unfolding(lineage).data) < PART * len(made)
    assert max(found[name] for name in ACTS) < LIMIT * found["drawn"]
