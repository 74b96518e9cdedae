"""The square code of a digest, as a picture to print."""

from __future__ import annotations

import segno

_MODULE = 3


def qr_svg(text: str) -> str:
    """A QR code (error correction M) as SVG with its size in points: the same text gives the same picture."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    side = len(rows) * _MODULE
    marks = "".join(
        f"M{x * _MODULE} {y * _MODULE}h{_MODULE}v{_MODULE}h-{_MODULE}z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg width="{side}pt" height="{side}pt" viewBox="0 0 {side} {side}" xmlns="http://www.w3.org/2000/svg">'
        f'<rect width="{side}" height="{side}" fill="#ffffff"/><path d="{marks}" fill="#000000"/></svg>'
    )
