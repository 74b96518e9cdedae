"""How a reader checks the report: the last section of every format."""

from __future__ import annotations

from tracepack.report.document import Block, Bullets, Paragraph, Picture
from tracepack.report.dossier import Dossier
from tracepack.report.qrcode import qr_svg
from tracepack.report.wording import Wording


def check_blocks(dossier: Dossier, digest: str, w: Wording) -> list[Block]:
    """The steps, and the dossier's digest as text and as a square code where it is told."""
    steps = ("check_files", "check_cells", "check_mass", "check_figures", "check_again")
    blocks: list[Block] = [Bullets(tuple(w(f"report.{step}", number=dossier.as_known_after_import) for step in steps))]
    if digest:
        blocks += [Paragraph(w("report.digest", digest=digest)), Picture(w("report.digest_code"), qr_svg(digest))]
    return blocks
