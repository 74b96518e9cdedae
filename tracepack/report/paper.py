"""The sheet that a picture prints on."""

from __future__ import annotations

from dataclasses import dataclass

#: Points that a printer keeps free on every side.
MARGIN = 20.0
#: Below this size on paper (points), text that is 10 points in the picture cannot be read at arm's length.
LEAST_TEXT = 5.0
_TEXT = 10.0


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet lying on its side: width and height in points."""

    name: str
    width: float
    height: float

    def factor(self, width: float, height: float) -> float:
        """By how much a picture shrinks to fit between the margins; a small one is not enlarged."""
        return min(1.0, (self.width - 2 * MARGIN) / width, (self.height - 2 * MARGIN) / height)


A4 = Paper("A4", 841.89, 595.28)
A3 = Paper("A3", 1190.55, 841.89)


def paper_of(width: float, height: float) -> Paper:
    """A4 where the text of a picture of that size (points) stays readable on it, else A3."""
    return A4 if A4.factor(width, height) * _TEXT >= LEAST_TEXT else A3


def is_readable(width: float, height: float) -> bool:
    """Whether the text of a picture of that size (points) can be read on A3."""
    return A3.factor(width, height) * _TEXT >= LEAST_TEXT
