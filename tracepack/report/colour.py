"""Colours that say how bio-based a lot is, and that everybody can tell apart."""

from __future__ import annotations

#: A ramp from dark blue (0 %) to yellow (100 %) with even steps of lightness, readable with any colour vision and in grey.
RAMP = ((0, 34, 78), (42, 63, 108), (87, 93, 109), (124, 123, 120), (166, 157, 117), (211, 193, 100), (254, 232, 56))

#: Colours for names, told apart with any colour vision (Okabe and Ito, 2008); the name always stands in them as text.
NAMED = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999")


def category_colour(place: int) -> str:
    """The colour of the name at a place of a list, from the first again after the last."""
    return NAMED[place % len(NAMED)]


def share_colour(share: float) -> str:
    """The colour of a share 0..1 as "#rrggbb"."""
    place = min(1.0, max(0.0, share)) * (len(RAMP) - 1)
    below = min(int(place), len(RAMP) - 2)
    part = place - below
    mixed = (round(a + (b - a) * part) for a, b in zip(RAMP[below], RAMP[below + 1], strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour`` ("#rrggbb")."""
    light = luminance(colour)
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"


def luminance(colour: str) -> float:
    """Relative luminance 0..1 of "#rrggbb" in the sense of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
