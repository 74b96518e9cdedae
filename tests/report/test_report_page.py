"""The HTML report in a browser: what its script does, and that nothing in the data can act."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import report_examples as example
from report_browser import probed

from tracepack.report.answers_composition import CompositionTable
from tracepack.report.dossier import render_json
from tracepack.report.files import render_report

HOSTILE = ["</script><script>document.title='acted'</script>", "<!--<script>", '"><img src=x onerror=alert(1)>', "\\N", "a\u202eb"]


def page(number: str = "FILM-1") -> str:
    return render_report(example.film_dossier(number), "html").decode()


def test_the_page_carries_its_dossier():
    carried = re.search(r'<script type="application/json" id="dossier">(.*?)</script>', page(), re.DOTALL)[1]
    assert json.loads(carried) == json.loads(render_json(example.film_dossier()))


@pytest.mark.parametrize("number", HOSTILE, ids=ascii)
def test_no_lot_number_ends_the_script_that_carries_it(number: str):
    html = page(number)
    assert html.count("</script>") == 2
    carried = re.search(r'<script type="application/json" id="dossier">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(carried)["lot"]["number"] == number


@pytest.mark.slow
def test_tables_sort_and_filter_and_the_lineage_shows_ancestry(browser: str, tmp_path: Path):
    found = probed(
        browser,
        tmp_path,
        page(),
        """
        const heads = [...document.querySelectorAll('#evidence th')];
        heads[0].querySelector('button').click(); heads[0].querySelector('button').click();
        const ids = [...document.querySelectorAll('#evidence tbody tr')].map((row) => row.id);
        const field = document.querySelector('#evidence input');
        field.value = ids[0]; field.dispatchEvent(new Event('input'));
        const left = [...document.querySelectorAll('#evidence tbody tr')].filter((row) => !row.hidden).map((row) => row.id);
        const svg = document.querySelector('figure.zooms svg');
        const before = svg.getAttribute('viewBox');
        document.querySelector('.bar-of-tools button').click();
        const nodes = [...svg.querySelectorAll('.node')];
        const said = (kind) => [...svg.querySelectorAll('.' + kind + '.chosen title')].map((title) => title.textContent);
        const compound = nodes.find((node) => node.querySelector('title').textContent.startsWith('BLEND-1'));
        compound.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        parent.postMessage(JSON.stringify({
          sorted: heads[0].getAttribute('aria-sort'), first: ids[0], last: ids.at(-1), left,
          zoomed: before !== svg.getAttribute('viewBox'), chosen: said('node'), edges: said('edge'), all: nodes.length,
          focusable: nodes.every((node) => node.tabIndex === 0),
        }), '*');
        """,
    )
    assert found["sorted"] == "descending"
    assert found["last"] == "E1"
    assert found["first"] in found["left"]
    assert found["zoomed"]
    assert found["focusable"]
    chosen = set(found["chosen"])
    above = ancestors("BLEND-1")
    assert {text.split(" ")[0] for text in chosen} == above
    assert len(chosen) < found["all"]
    assert all(edge.split(" → ")[1] in chosen for edge in found["edges"])


def ancestors(number: str) -> set[str]:
    """The numbers of a lot and of all that is upstream of it in the picture."""
    lineage = example.film_dossier().lineage
    above = {node.id for node in lineage.nodes if node.number == number}
    while more := {edge.from_ for edge in lineage.edges if edge.to in above} - above:
        above |= more
    return {(node.number or node.name).split(" ")[0] for node in lineage.nodes if node.id in above}


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_leaves_the_page(browser: str, tmp_path: Path, width: int):
    found = probed(
        browser,
        tmp_path,
        page(),
        """
        const wide = [...document.querySelectorAll('td, th, p, li, h1, h2, h3')].filter(
          (one) => one.getClientRects().length && one.closest('thead') === null
            && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest('.wide'));
        const clipped = [...document.querySelectorAll('.held')].filter((one) => one.scrollWidth > one.clientWidth + 1);
        parent.postMessage(JSON.stringify({
          page: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
          wide: wide.map((one) => one.textContent), clipped: clipped.map((one) => one.textContent),
        }), '*');
        """,
        width=width,
    )
    assert found == {"page": True, "wide": [], "clipped": []}


@pytest.mark.parametrize("mark", ["\u061c", "\u200f", "\u202e", "\u2067"], ids=ascii)
def test_a_direction_mark_turns_nothing_that_is_seen(mark: str):
    """The lot number is in the page to the letter; what is seen is its spelling, so that no other number is read."""
    shown = render_report(example.film_dossier(f"FILM{mark}1"), "html").decode().split('<script type="application/json"')[0]
    spelt = f"FILM\\u{ord(mark):04x}1"
    assert f'data-shown="{spelt}"><span>FILM{mark}1</span></span>' in shown
    assert mark not in re.sub(r'<span class="marked" data-shown="[^"]*"><span>[^<]*</span></span>', "", shown)
    assert f"<title>Traceability report: {spelt} " in shown


@pytest.mark.slow
def test_the_page_is_used_by_keyboard_in_the_order_in_which_it_is_read(browser: str, tmp_path: Path):
    """Everything that acts is a button, a link, a field or a box of the picture that takes the focus; headers sort as buttons do."""
    found = probed(
        browser,
        tmp_path,
        page(),
        """
        const focusable = [...document.querySelectorAll('a, button, input, [tabindex]')];
        const acts = focusable.filter((one) => one.getClientRects().length);
        const reached = acts.filter((one) => { one.focus(); return document.activeElement === one; });
        const button = document.querySelector('#evidence th:nth-child(2) button');
        button.focus(); button.click();
        const rings = [...new Set(acts.filter((one) => one.matches('button, input')).map((one) => one.tagName + one.type))];
        const figure = document.querySelector('figure.zooms'), svg = figure.querySelector('svg');
        const before = svg.getAttribute('viewBox');
        figure.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
        const nearer = svg.getAttribute('viewBox');
        figure.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
        parent.postMessage(JSON.stringify({
          all: acts.length, reached: reached.length, rings,
          jumps: focusable.filter((one) => one.tabIndex > 0).length,
          named: acts.filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length)).length,
          sorted: button.parentElement.getAttribute('aria-sort'), kept: document.activeElement === button,
          zoomed: nearer !== before, back: svg.getAttribute('viewBox'), before,
        }), '*');
        """,
    )
    assert found["all"] > 20
    assert found["reached"] == found["all"]
    assert found["jumps"] == found["named"] == 0
    assert sorted(found["rings"]) == ["BUTTONbutton", "INPUTsearch"]
    assert found["sorted"] == "ascending"
    assert found["kept"]
    assert found["zoomed"]
    assert [float(side) for side in found["back"].split()] == [float(side) for side in found["before"].split()]


@pytest.mark.slow
def test_a_sum_stays_below_what_it_adds_up(browser: str, tmp_path: Path):
    row = {"mass_share_low": 0.5, "mass_share_high": 0.5, "bio_carbon_share_low": None, "bio_carbon_share_high": None, "refs": []}
    countries = CompositionTable.model_validate(
        {"by": "country", "rows": [{"name": name, "mass_share": 0.5, **row} for name in ("BR", "NL")], "mass_share": 1}
    )
    dossier = example.film_dossier().model_copy(update={"composition": [countries]})
    found = probed(
        browser,
        tmp_path,
        render_report(dossier, "html").decode(),
        """
        const table = document.querySelector('#composition table');
        const last = () => [...table.querySelectorAll('tr')].at(-1).cells[0].textContent;
        const seen = [...table.querySelectorAll('th button')].flatMap((button) => [0, 1].map(() => {
          button.click();
          return last();
        }));
        parent.postMessage(JSON.stringify({ seen: [...new Set(seen)], rows: table.tBodies[0].rows.length }), '*');
        """,
    )
    assert found == {"seen": ["The whole lot"], "rows": 2}


@pytest.mark.slow
def test_a_folded_picture_shows_the_ancestry_of_the_box_that_was_chosen(browser: str, tmp_path: Path):
    """A chain of a hundred lots is drawn as folds: choosing one leaves what is downstream of it pale."""
    dossier = example.film_dossier()
    links = [(f"lot:A:{n}", f"run:S:{n}", f"lot:A:{n - 1}") for n in range(100, 0, -1)]
    nodes = [
        {
            "id": f"lot:A:{n}",
            "kind": "own",
            "owner": "A",
            "number": str(n),
            "material": "PE",
            "mass_kg": "10",
            "depth": 2 * n,
            "share": None,
        }
        for n in range(101)
    ]
    runs = [
        {"id": f"run:S:{n}", "kind": "run", "owner": "S", "number": str(n), "mass_kg": "10", "depth": 2 * n - 1, "share": None}
        for n in range(1, 101)
    ]
    edges = [
        {"from": a, "to": b, "mass_kg": "10", "attributed": False} for above, run, below in links for a, b in ((above, run), (run, below))
    ]
    lineage = type(dossier.lineage).model_validate({**dossier.lineage.model_dump(), "nodes": nodes + runs, "edges": edges})
    found = probed(
        browser,
        tmp_path,
        render_report(dossier.model_copy(update={"lineage": lineage}), "html").decode(),
        """
        const svg = document.querySelector('figure.zooms svg');
        const boxes = [...svg.querySelectorAll('.node')];
        const left = (box) => box.getBBox().x;
        const ordered = boxes.slice().sort((a, b) => left(a) - left(b));
        const middle = ordered[Math.floor(ordered.length / 2)];
        middle.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        const chosen = boxes.filter((box) => box.classList.contains('chosen'));
        parent.postMessage(JSON.stringify({
          boxes: boxes.length, itself: middle.classList.contains('chosen'), first: ordered[0].classList.contains('chosen'),
          later: chosen.filter((box) => left(box) > left(middle)).length, last: ordered.at(-1).classList.contains('chosen'),
        }), '*');
        """,
    )
    assert 2 < found.pop("boxes") < 100
    assert found == {"itself": True, "first": True, "later": 0, "last": False}
