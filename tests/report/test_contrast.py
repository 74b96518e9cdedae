"""Colours of the pages: every text can be read on every ground that it stands on, light, dark and printed (WCAG 2.1 AA)."""

from __future__ import annotations

import re

import pytest

from tracepack.data import read_text

STYLE = read_text("templates/report.css")
#: Text and the grounds it stands on: pages, heads of tables, the row that a link led to.
TEXTS = ("ink", "quiet", "link", "good", "bad")
GROUNDS = ("paper", "shade", "target")
#: What is seen and not read: the ring of the focus, the borders of fields, the bar of what is known.
SHAPES = (("link", "paper"), ("quiet", "paper"), ("low", "paper"), ("link", "shade"), ("low", "target"))
SCHEMES = ("light", "dark", "print")


def palette(scheme: str) -> dict[str, str]:
    """The page's colours by name, six hex digits each."""
    light, dark, printed = (dict(re.findall(r"--(\w+): #(\w+)", block)) for block in re.findall(r":root \{([^}]*)\}", STYLE))
    chosen = {"light": light, "dark": light | dark, "print": light | printed}[scheme]
    return {name: digits if len(digits) == 6 else "".join(2 * digit for digit in digits) for name, digits in chosen.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("767676", "ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_can_be_read_on_every_ground(scheme: str):
    colours = palette(scheme)
    faint = [(text, ground) for text in TEXTS for ground in GROUNDS if contrast(colours[text], colours[ground]) < 4.5]
    assert faint == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_seen_stands_out(scheme: str):
    colours = palette(scheme)
    assert [pair for pair in SHAPES if contrast(colours[pair[0]], colours[pair[1]]) < 3] == []


def test_no_rule_of_the_page_has_a_colour_of_its_own():
    """Else it would escape the tests above; the ground of pictures is white in any scheme, as they are drawn for it."""
    rules = re.sub(r":root \{[^}]*\}", "", STYLE)
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == ["#ffffff"]
    texts = set(re.findall(r"(?<![-\w])color: (?:var\(--(\w+)\)|inherit)", rules)) - {""}
    grounds = set(re.findall(r"background: (?:var\(--(\w+)\)|none|#ffffff)", rules)) - {""}
    assert texts <= set(TEXTS)
    assert grounds <= set(GROUNDS)


def test_the_colours_of_printed_pages_can_be_read():
    """Also where a word stands across the page."""
    template = read_text("templates/document.typ")
    texts = dict(re.findall(r'#let (ink|quiet|linked) = rgb\("#(\w+)"\)', template))
    bad, stamp = re.search(r'fill: if part.tone == "bad" \{ rgb\("#(\w+)"\)', template), re.search(r'90pt.*rgb\("#(\w+)"\)', template)
    assert len(texts) == 3
    assert bad is not None
    assert stamp is not None
    faint = [
        name for name, colour in (texts | {"bad": bad[1]}).items() for ground in ("ffffff", stamp[1]) if contrast(colour, ground) < 4.5
    ]
    assert faint == []


def test_a_printed_page_has_neither_tools_nor_colours_of_the_screen():
    printed = STYLE[STYLE.index("@media print") :]
    assert "nav, .filter, .bar-of-tools { display: none; }" in printed
    assert palette("print")["paper"] == "ffffff"
    assert "overflow: visible" in printed
