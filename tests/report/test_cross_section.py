"""The layers of a run: their measure, and bands to scale."""

from __future__ import annotations

import re

import pytest

from tracepack.report.answers import RefAnswer
from tracepack.report.crosssection import cross_section_svg, layers_of
from tracepack.report.dossier_rows import DossierRunRow
from tracepack.report.wording import wording


def row(layer: str, lot: str, *, thickness: str = "", grammage: str = "", mass: str | None = None) -> DossierRunRow:
    ref = RefAnswer(file="a.xlsx", sha256="0" * 64, sheet="Production", cell="A2")
    stated = {"thickness_um": thickness, "grammage_g_m2": grammage, "mass_kg": mass}
    return DossierRunRow(direction="in", owner="", lot=lot, material="", quantity="", unit="", layer=layer, remark="", ref=ref, **stated)


def test_a_layer_of_several_inputs_has_its_thickness_once():
    measure, layers = layers_of([row("outer", "A", thickness="15"), row("outer", "B", thickness="15"), row("core", "C", thickness="30")])
    assert (measure, [(x.name, x.lots, x.size) for x in layers]) == ("thickness", [("outer", ("A", "B"), 15.0), ("core", ("C",), 30.0)])


def test_masses_of_a_layer_add_up_where_nothing_else_is_stated():
    measure, layers = layers_of([row("a", "A", mass="10"), row("a", "B", mass="20"), row("b", "C", mass="70")])
    assert (measure, [x.size for x in layers]) == ("mass", [30.0, 70.0])


def test_sizes_that_contradict_or_lack_are_not_drawn():
    assert layers_of([row("a", "A", thickness="15"), row("a", "B", thickness="16"), row("b", "C", thickness="9")])[0] == ""
    assert layers_of([row("a", "A", thickness="15"), row("b", "B")])[0] == ""


def test_bands_are_to_scale_and_text_is_text():
    _, layers = layers_of([row("<b>", "A&B", thickness="10"), row("core", "C", thickness="30")])
    svg = cross_section_svg(layers, "thickness, µm", wording("en"))
    first, second = (float(height) for height in re.findall(r'<rect [^>]*height="([\d.]+)"', svg))
    assert second / first == pytest.approx(3, abs=0.01)
    assert "&lt;b&gt;: A&amp;B" in svg
