"""The report as one HTML file that needs no network; without its script it reads the same."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import unescape

import jinja2
from markupsafe import Markup

from tracepack import data
from tracepack.report.bilingual import composed
from tracepack.report.document import Bullets, Heading, Paragraph, Picture, Table
from tracepack.report.dossier import Dossier
from tracepack.report.fonts import Fonts, font_face_css, fonts_in_reach
from tracepack.report.unfolding import Unfolding
from tracepack.report.wording import printable, visible, wording

#: What stands in for the parts that depend on the page's own text; data come after the first two and before the last.
_STYLE, _FAMILIES, _CARRIED, _SCRIPT = "\0style", "\0families", "\0carried", "\0script"
#: The page's script: its tables, then its lineage.
_SCRIPTS = ("report.js", "view.js", "rows.js", "lineage.js")

#: Marks that turn the direction of what follows: a number with one in it would be read as another.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPELT = Markup('<span class="marked" data-shown="{}"><span>{}</span></span>')


def render_html(
    dossier: Dossier,
    lang: str = "en",
    lineage_svg: str = "",
    carried: str = "",
    digest: str = "",
    *,
    unfolding: Unfolding | None = None,
    fonts: Fonts | None = None,
) -> str:
    """The report as HTML in "en", "zh" or "de", or in two of them ("en,zh").

    ``lineage_svg`` is our own picture, embedded as it is; page and picture share one embedded font that has the glyphs of both.
    ``carried`` is the dossier as JSON that the page carries along, ``digest`` its SHA-256; ``unfolding`` is what the
    picture's folds hold (None: it has none), as a table below it and for the script to open them.
    """
    fonts = fonts or fonts_in_reach()
    values = {"document": composed(dossier, lang, lineage_svg, digest), "w": wording(lang), "folds": unfolding and unfolding.table}
    script = {"carried": _CARRIED, "script": _SCRIPT, "script_digest": _script()[1]} if carried else {"carried": "", "script": ""}
    script["unfolding"] = Markup(_inert(unfolding.data)) if carried and unfolding else ""
    page = _template().render(**values, **script, style=_STYLE, families=_FAMILIES)
    text = unescape(re.sub(r"<[^>]*>", "", page))
    style = font_face_css(text, fonts) + data.read_text("templates/report.css")
    page = page.replace(_STYLE, style, 1).replace(_FAMILIES, _quoted(fonts.families), 1).replace(_SCRIPT, _script()[0], 1)
    before, _, after = page.rpartition(_CARRIED)
    return f"{before}{_inert(carried)}{after}"


@cache
def _script() -> tuple[str, str]:
    """The page's only script, and its SHA-256 in base64: the page lets no other run."""
    text = "".join(data.read_text(f"templates/{name}") for name in _SCRIPTS)
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _inert(text: str) -> str:
    """JSON that no datum can end its script element with; it parses to the same."""
    return text.replace("<", "\\u003c")


def _inline(picture: str) -> Markup:
    """A picture of ours to stand inside the page, whose fonts it uses."""
    return Markup(re.sub(r"^\s*<\?xml[^>]*\?>\s*|<defs><style>.*?</style></defs>", "", picture, flags=re.DOTALL))


def _marked(text: str) -> str | Markup:
    """Text for the page, to the letter.  Where a mark in it would turn the direction of writing, its visible spelling is seen instead."""
    if text.isascii() or not _TURNING.search(text):
        return printable(text)
    return _SPELT.format(visible(text), printable(text))


def _width(picture: str) -> str:
    """The picture's own width in points, below which its text would be too small to read."""
    found = re.search(r'<svg width="([\d.]+)pt"', picture)
    return found[1] if found else "0"


def _quoted(families: str) -> str:
    return ", ".join(f'"{name}"' if " " in name else name for name in families.split(","))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["marked"] = _marked
    environment.filters["visible"] = visible
    environment.filters["inline"] = _inline
    environment.filters["natural"] = _width
    kinds = {"table": Table, "heading": Heading, "bullets": Bullets, "picture": Picture, "paragraph": Paragraph}
    for name, kind in kinds.items():
        environment.tests[name] = lambda block, kind=kind: isinstance(block, kind)
    return environment.from_string(data.read_text("templates/report.html"))
