"""What a lineage picture says in words above it, so that a stranger knows where a lot is from, how bio-based it is, what is weakest."""

from __future__ import annotations

import html
import re

import pytest

from journeys.desk import D6866, Desk, Row, delivery, made, run, taken

SOURCES = [
    {"Source ID": "CORN", "Feedstock": "corn", "Category": "bio", "Country of Origin": "FR", "Supplier": "SUP"},
    {"Source ID": "OIL", "Feedstock": "naphtha", "Category": "fossil", "Country of Origin": "NO", "Supplier": "SUP"},
]


def resins(desk: Desk, bio: float | None = 100, **columns: object) -> Desk:
    """100 kg of A (bio-based, corn) and 40 kg of B (fossil, naphtha); further columns are of both."""
    stated: Row = {**D6866, **columns}
    desk.fill("Feedstock Sources", *SOURCES)
    desk.fill("Deliveries", delivery("A", "PLA", 100, more={"Feedstock Source": "CORN", "Biobased Carbon %": bio} | stated))
    return desk.fill("Deliveries", delivery("B", "PE", 40, more={"Feedstock Source": "OIL", "Biobased Carbon %": 0} | stated))


def says(desk: Desk, lot: str, lang: str = "en") -> list[str]:
    """The sentences above the picture."""
    if desk.sheets:
        desk.bring_in()
    file = desk.folder / "picture.svg"
    assert desk.run("diagram", lot, "-o", str(file), "--lang", lang).code == 0
    return [html.unescape(text).replace("\N{NO-BREAK SPACE}", " ") for text in re.findall(r"<text[^>]*>([^<]*)<", file.read_text())[1:4]]


def test_a_silo_of_stated_lots_has_no_weak_spot(desk: Desk) -> None:
    """Lots that were poured together under one number of ours are drawn as that pool, and are not unknown inputs for it."""
    silo = resins(desk, **{"Own Lot No": "SILO"})
    silo.fill("Production", *run("R1", taken("SILO", 70, Supplier=None), made("FILM", 70, "FILM A")))
    lot, origins, weak = says(silo, "FILM")
    assert lot.startswith("70 kg of FILM A. Bio-based carbon ")
    assert origins == "By dry mass from: 71.43 % corn, FR; 28.57 % naphtha, NO."
    assert weak == "No weak spot: every share is stated and every lot has its source; the weakest evidence is: declared."


def test_a_silo_is_the_weak_spot_where_a_share_in_it_is_not_stated(desk: Desk) -> None:
    resins(desk, None, **{"Own Lot No": "SILO"}).fill("Production", *run("R1", taken("SILO", 70, Supplier=None), made("FILM", 70)))
    lot, _, weak = says(desk, "FILM")
    assert lot.startswith("70 kg. Bio-based carbon ")
    assert weak.startswith("Weak spot: lot SILO (ORG), ")


@pytest.mark.parametrize(
    ("lang", "weak"),
    [
        ("en", "Weak spot: run R1: how much of each input is in it is not known."),
        ("de", "Schwachstelle: Lauf R1: nicht bekannt ist, wie viel von jedem Einsatz darin ist."),
        ("zh", "薄弱点：生产批次 R1：其中各项投入的量不明。"),
    ],
)
def test_a_run_that_leaves_mass_unaccounted_for_is_the_weak_spot(desk: Desk, lang: str, weak: str) -> None:
    """30 kg of each went in and 40 kg came out: what is missing may be of either, though every share is stated."""
    resins(desk).fill("Production", *run("R1", taken("A", 30), taken("B", 30), made("FILM", 40)))
    _, origins, found = says(desk, "FILM", lang)
    assert found == weak
    if lang == "en":
        assert origins == "By dry mass, in proportion to what is recorded, from: 50.00 % corn, FR; 50.00 % naphtha, NO."
