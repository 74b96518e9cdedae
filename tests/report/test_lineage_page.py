"""The page's lineage in a browser: boxes open and fold where they are, by mouse and by keyboard."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import report_examples as example
from lineage_shapes import HOSTILE, SHAPES
from report_browser import probed

from tracepack.report.files import render_report

#: Pixels that something may move on the screen when it is opened or folded.
STILL = 1.0
QUARTER = "2,000 lots over a quarter"

START = """
const figure = document.querySelector('figure.zooms');
const svg = figure.querySelector('svg');
const folds = [...figure.querySelectorAll('.node[aria-expanded]')];
const click = (one) => one.dispatchEvent(new MouseEvent('click', { bubbles: true }));
const press = (one, key) => one.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
const at = (one) => { const place = one.getBoundingClientRect(); return [place.left, place.top, place.width, place.height]; };
const parts = () => [...figure.querySelectorAll('.part')];
const say = (found) => parent.postMessage(JSON.stringify(found), '*');
"""


@cache
def page(shape: str, lang: str = "en") -> str:
    return render_report(example.film_dossier().model_copy(update={"lineage": SHAPES[shape]()}), "html", lang).decode()


def seen(browser: str, folder: Path, shape: str, script: str, **size: int) -> dict[str, Any]:
    return probed(browser, folder, page(shape), START + script, **size)


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1200])
def test_a_box_opens_where_it_is_and_folds_again(browser: str, tmp_path: Path, width: int):
    """Every box in turn, the page scrolled to it; then all are folded, and the picture is what it was."""
    found = seen(
        browser,
        tmp_path,
        "120 lots over a quarter",
        """
        const places = [...svg.querySelectorAll('.node')].map(at);
        const paths = [...svg.querySelectorAll('.edge path')].map((path) => path.getAttribute('d'));
        let moved = 0;
        const opened = [];
        const act = (one, before = at(one)) => {
          click(one);
          moved = Math.max(moved, ...at(one).map((side, place) => Math.abs(side - before[place])));
          opened.push(one.getAttribute('aria-expanded'));
        };
        for (const fold of folds) { fold.scrollIntoView({ block: 'center', inline: 'center' }); act(fold); }
        const rows = parts();
        for (const row of rows.filter((one) => one.hasAttribute('aria-expanded'))) { row.scrollIntoView(); act(row); act(row); }
        for (const fold of folds.slice(1)) { fold.scrollIntoView({ block: 'center', inline: 'center' }); act(fold); }
        const left = parts().length;
        document.querySelectorAll('.bar-of-tools button')[3].click();
        document.querySelectorAll('.bar-of-tools button')[2].click();
        const back = [...svg.querySelectorAll('.node')].map(at);
        const relative = (list) => list.map((place) => [place[0] - list[0][0], place[1] - list[0][1]]);
        const scale = back[0][2] / places[0][2];
        const first = relative(places);
        const apart = relative(back).flatMap((place, one) => place.map((side, which) => Math.abs(side / scale - first[one][which])));
        say({ folds: folds.length, rows: rows.length, moved, opened: new Set(opened).size, left, after: parts().length,
              apart: Math.max(...apart),
              same: paths.every((path, one) => path === svg.querySelectorAll('.edge path')[one].getAttribute('d')) });
        """,
        width=width,
        height=900,
    )
    assert found["folds"] > 5
    assert found["rows"] > found["left"] > 0
    assert found["moved"] <= STILL
    assert found["opened"] == 2
    assert found["after"] == 0
    assert found["same"]
    assert found["apart"] <= STILL


@pytest.mark.slow
def test_what_is_zoomed_to_stays_where_it_is(browser: str, tmp_path: Path):
    found = seen(
        browser,
        tmp_path,
        "120 lots over a quarter",
        """
        const buttons = document.querySelectorAll('.bar-of-tools button');
        for (let i = 0; i < 3; i += 1) buttons[0].click();
        const before = at(folds[0]), box = svg.getAttribute('viewBox');
        click(folds[0]);
        const open = at(folds[0]), kept = svg.getAttribute('viewBox');
        click(folds[0]);
        say({ before, open, folded: at(folds[0]), same: box === kept && kept === svg.getAttribute('viewBox') });
        """,
    )
    assert found["open"] == pytest.approx(found["before"], abs=STILL)
    assert found["folded"] == pytest.approx(found["before"], abs=STILL)
    assert found["same"]


@pytest.mark.slow
@pytest.mark.parametrize("zoom", [0, 2])
def test_all_of_an_opened_picture_is_shown(browser: str, tmp_path: Path, zoom: int):
    """In its own shape, opened as it is or zoomed: no empty room around it."""
    found = seen(
        browser,
        tmp_path,
        "120 lots over a quarter",
        f"""
        const buttons = document.querySelectorAll('.bar-of-tools button');
        for (let i = 0; i < {zoom}; i += 1) buttons[0].click();
        folds.slice(0, 4).forEach(click);
        buttons[2].click();
        const [x, y, width, height] = at(svg);
        const [, , wide, high] = svg.getAttribute('viewBox').split(' ').map(Number);
        const all = [...svg.querySelectorAll('.node, .parts, .graph > text')].map(at);
        say({{ shape: width / height / (wide / high), above: Math.min(...all.map((one) => one[1])) - y,
              below: y + height - Math.max(...all.map((one) => one[1] + one[3])), left: Math.min(...all.map((one) => one[0])) - x }});
        """,
    )
    assert found["shape"] == pytest.approx(1, abs=0.01)
    assert all(0 <= found[side] < 60 for side in ("above", "below", "left"))


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1200])
def test_what_is_folded_at_the_end_of_the_page_stays_where_it_is(browser: str, tmp_path: Path, width: int):
    """The page becomes shorter and narrower than it is scrolled; the lowest and the rightmost box still do not move."""
    found = seen(
        browser,
        tmp_path,
        QUARTER,
        """
        document.querySelectorAll('section:not(#lineage), figure.zooms ~ *').forEach((one) => one.remove());
        document.body.style.padding = document.querySelector('main').style.padding = 0;
        const last = (side) => folds.reduce((most, fold) => (at(fold)[side] > at(most)[side] ? fold : most));
        const moved = [];
        const act = (one, before = at(one)) => {
          click(one);
          moved.push(...at(one).slice(0, 2).map((side, place) => Math.abs(side - before[place])));
        };
        for (const fold of [last(1), last(0)]) {
          act(fold);
          figure.scrollLeft = 1e6;
          window.scrollTo(0, 1e6);
          fold.scrollIntoView({ block: 'start', inline: 'start' });
          act(fold);
        }
        say({ moved: Math.max(...moved), acts: moved.length });
        """,
        width=width,
        height=700,
    )
    assert found["acts"] == 8
    assert found["moved"] <= STILL


@pytest.mark.slow
def test_the_keyboard_opens_and_folds_and_the_names_say_so(browser: str, tmp_path: Path):
    found = seen(
        browser,
        tmp_path,
        QUARTER,
        """
        const one = folds.find((fold) => fold.getAttribute('aria-label').includes('PLA · MAKER-0'));
        const says = [one.getAttribute('role'), one.getAttribute('aria-label'), one.getAttribute('aria-expanded')];
        one.focus();
        press(one, 'Enter');
        const row = parts()[0];
        const part = [row.getAttribute('role'), row.getAttribute('aria-label'), row.getAttribute('aria-expanded'), row.tabIndex];
        row.focus();
        press(row, ' ');
        const order = [...figure.querySelectorAll('[tabindex]')];
        const next = order[order.indexOf(row) + 1];
        const states = [one, row].map((which) => which.getAttribute('aria-expanded'));
        press(row, 'Enter');
        press(one, ' ');
        say({ says, part, states, next: next.getAttribute('aria-label'),
              folded: one.getAttribute('aria-expanded'), left: parts().length });
        """,
    )
    assert found["says"] == ["button", "delivered lots: 48, PLA · MAKER-0, 1200 kg, 88.00 % to 100 %", "false"]
    assert found["part"] == [
        "button",
        "2025-12, delivered lots: 9, Mass 225 kg, Bio-based carbon 88.00 % to 100 %, In 225 kg, Out 144 kg",
        "false",
        0,
    ]
    assert found["states"] == ["true", "true"]
    assert found["next"] == "R-00000-0, 2025-12-16, Mass 25 kg, Bio-based carbon 88.00 % to 100 %, In 25 kg, Out 16 kg"
    assert found["folded"] == "false"
    assert found["left"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("shape", [QUARTER, "chain of 300", "blend of 80", "attributed, many", "hostile names, folded"])
def test_nothing_lies_over_what_is_opened(browser: str, tmp_path: Path, shape: str):
    found = seen(
        browser,
        tmp_path,
        shape,
        """
        const over = (a, b) => a[0] + 1 < b[0] + b[2] && b[0] + 1 < a[0] + a[2] && a[1] + 1 < b[1] + b[3] && b[1] + 1 < a[1] + a[3];
        const some = folds.filter((_, place) => place % 5 === 0);
        for (const fold of some) { click(fold); const row = fold.nextSibling.querySelector('[aria-expanded]'); if (row) click(row); }
        const boxes = [...svg.querySelectorAll('.node, .parts')].map(at);
        const words = [...svg.querySelectorAll('.edge text')].map(at);
        let lapped = 0;
        boxes.forEach((box, place) => { for (const other of boxes.slice(0, place)) if (over(box, other)) lapped += 1; });
        const texts = (part) => [...part.querySelectorAll('text')].map(at);
        const out = ([a, b, c, d], [x, y, w, h]) => a < x - 0.5 || a + c > x + w + 0.5 || b < y - 2 || b + d > y + h + 2;
        const clipped = parts().filter((part) => texts(part).some((text) => out(text, at(part.querySelector('rect')))));
        const cells = parts().filter((part) => texts(part).some((text, place, all) => all.slice(0, place).some((one) => over(text, one))));
        const [x, y, w, h] = at(svg);
        say({ parts: parts().length, lapped, clipped: clipped.length, cells: cells.length,
              hidden: words.filter((word) => boxes.some((box) => over(word, box))).length,
              outside: boxes.filter((box) => box[0] + box[2] > x + w || box[1] + box[3] > y + h).length });
        """,
    )
    assert found.pop("parts") > 10
    assert found == {"lapped": 0, "clipped": 0, "cells": 0, "hidden": 0, "outside": 0}


@pytest.mark.slow
def test_a_row_shows_what_it_was_made_from(browser: str, tmp_path: Path):
    """A resin of the second month: its source and itself, and none of the lots beside it."""
    found = seen(
        browser,
        tmp_path,
        QUARTER,
        """
        click(folds.find((fold) => fold.getAttribute('aria-label').includes('PLA · MAKER-0')));
        click(parts()[1]);
        const row = parts().find((part) => !part.hasAttribute('aria-expanded'));
        click(row);
        const boxes = [...svg.querySelectorAll('.node.chosen title')].map((title) => title.textContent);
        const rows = [...figure.querySelectorAll('.part.chosen')].map((part) => part.getAttribute('aria-label').split(',')[0]);
        svg.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        say({ boxes, rows, cleared: !svg.classList.contains('choosing') });
        """,
    )
    assert sorted(found["boxes"]) == ["delivered lots: 48: PLA · MAKER-0", "feedstock sources: 4: crop"]
    assert found["rows"] == ["2026-01", "R-00063-0"]
    assert found["cleared"]


@pytest.mark.slow
def test_names_of_lots_are_text_wherever_they_are_opened(browser: str, tmp_path: Path):
    found = seen(
        browser,
        tmp_path,
        "hostile names, folded",
        """
        for (const fold of folds) click(fold);
        for (let row; (row = figure.querySelector('.part[aria-expanded=false]'));) click(row);
        say({ says: parts().map((part) => part.getAttribute('aria-label')), made: figure.querySelectorAll('script, img, .part svg').length,
              title: document.title });
        """,
    )
    assert found["made"] == 0
    assert any(says.startswith(HOSTILE[0]) for says in found["says"])


@pytest.mark.slow
def test_without_a_script_the_folded_picture_and_all_that_it_holds_are_read(browser: str, tmp_path: Path):
    """The page's own script does not run here: the picture is folded, and the table below it names every lot."""
    silent = page("120 lots over a quarter").rpartition("<script>")
    found = probed(
        browser,
        tmp_path,
        silent[0] + "</body></html>",
        """
        const table = document.querySelector('table.folds');
        parent.postMessage(JSON.stringify({
          boxes: document.querySelectorAll('figure .node').length, rows: table.tBodies[0].rows.length,
          holds: [...table.tBodies[0].rows].reduce((sum, row) => sum + row.cells[row.cells.length - 1].textContent.split(', ').length, 0),
        }), '*');
        """,
    )
    assert found["holds"] + found["boxes"] - found["rows"] == len(SHAPES["120 lots over a quarter"]().nodes)
