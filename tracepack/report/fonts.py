"""The fonts that pictures and pages are drawn with: ours for Latin text, one from the machine or the extra for Chinese.

Every engine gets the same two or three files, by a folder and a fontconfig file of our own, so that the machine's
fonts and settings never change a document.
"""

from __future__ import annotations

import atexit
import base64
import importlib.util
import os
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import fontpkg
import uharfbuzz as hb

from tracepack.errors import MissingFont

LATIN_FAMILY = "Fira Sans"
CJK_PACKAGE = "cvttf_NotoSansCJK_Regular"
#: Files that carry Chinese, best first; the folders are searched for the first of them.
CJK_FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "SourceHanSans.ttc",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "simsun.ttc",
    "simhei.ttf",
)
#: What a Latin face holds in every page (ASCII, Latin-1, a few signs), so that one subset serves all pages of a run.
COMMON = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100)))) + "‐–—‘’‚“”„†•…‰‹›€−≈≤≥→"
#: Layout features that a page needs (kerning, accents), as four-letter tags in one number each.
_FEATURES = frozenset(int.from_bytes(tag, "big") for tag in (b"kern", b"mark", b"mkmk", b"ccmp"))
#: Browsers that were given no embedded Chinese font look for these.
CJK_FALLBACK = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "SimSun")


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a font file; ``index`` counts inside a collection."""

    path: Path
    family: str
    bold: bool = False
    index: int = 0


@dataclass(frozen=True, slots=True)
class Fonts:
    """The faces in reach: Latin regular and bold, and a Chinese one where there is any."""

    regular: Face
    bold: Face
    cjk: Face | None

    @property
    def faces(self) -> tuple[Face, ...]:
        """All faces, Latin first."""
        return (self.regular, self.bold, *((self.cjk,) if self.cjk else ()))

    @property
    def families(self) -> str:
        """The family list for a picture: ours, then a Chinese one, then what a browser may have."""
        own = (LATIN_FAMILY, *((self.cjk.family,) if self.cjk else ()))
        return ",".join(dict.fromkeys((*own, *CJK_FALLBACK, "sans-serif")))


@cache
def fonts_in_reach() -> Fonts:
    """The fonts of this machine, looked up once a process: ours, and the first Chinese font of the extra or the system."""
    return find_fonts((*_package_folders(), *_system_folders()))


def find_fonts(folders: Iterable[Path]) -> Fonts:
    """Our Latin faces, and the best Chinese font below ``folders`` (earlier folders first); ``cjk`` is None without one."""
    latin = [Face(fontpkg.path(LATIN_FAMILY, weight=weight), LATIN_FAMILY, weight > 400) for weight in (400, 700)]
    found = next((path for folder in folders if (path := _cjk_file(folder)) is not None), None)
    return Fonts(latin[0], latin[1], None if found is None else _cjk_face(found))


def missing_glyphs(text: str, fonts: Fonts) -> str:
    """The characters of ``text`` that no face has, sorted, each once."""
    known: set[int] = set().union(*(_characters(face) for face in fonts.faces))
    return "".join(sorted({c for c in text if ord(c) not in known and not c.isspace()}))


def require_glyphs(text: str, fonts: Fonts) -> None:
    """Raise `MissingFont` where a page or bitmap would show boxes instead of characters."""
    missing = missing_glyphs(text, fonts)
    if missing:
        sample = " ".join(missing[:8])
        raise MissingFont(
            f"no font in reach can draw {sample} ({len(missing)} characters are missing)",
            "install a font for this script (for Chinese: pip install 'tracepack[cjk]', or Noto Sans CJK), "
            "or choose a format that needs none: SVG, HTML, XLSX, text",
        )


def text_width(text: str, size: float, fonts: Fonts, *, bold: bool = False) -> float:
    """The width of one line in points; a character that our Latin face has not is taken as one em wide."""
    face = fonts.bold if bold else fonts.regular
    return _units_wide(text, face) * size / _advances(face)[1]


@lru_cache(maxsize=1 << 16)
def _units_wide(text: str, face: Face) -> int:
    advances, units = _advances(face)
    return sum(advances.get(ord(c), units) for c in text)


@contextmanager
def fontconfig(fonts: Fonts) -> Iterator[None]:
    """Graphviz sees exactly ``fonts`` inside this block (it reads the setting at its first drawing in a process)."""
    ours = _fontconfig_environment(fonts)
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@cache
def font_folder(fonts: Fonts) -> Path:
    """A folder for this process that holds the font files and nothing else; removed at exit."""
    temporary = Path(tempfile.mkdtemp(prefix="tracepack-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    folder = temporary / "fonts"
    folder.mkdir()
    for face in fonts.faces:
        target = folder / face.path.name
        try:
            target.symlink_to(face.path)
        except OSError:  # Windows without the right to link
            shutil.copyfile(face.path, target)
    return folder


def subset_font(face: Face, text: str) -> bytes | None:
    """The face with the glyphs of ``text`` only, as OpenType bytes; None where it has none, or its licence bits forbid embedding."""
    wanted = frozenset(map(ord, text)) & _characters(face)
    return _subset(face, wanted) if wanted else None


@lru_cache(maxsize=32)
def _subset(face: Face, wanted: frozenset[int]) -> bytes | None:
    """The face with some characters only; pages of one language want the same ones."""
    font = _opened(face.path, face.index)
    embedding = struct.unpack_from(">H", font.reference_table("OS/2").data, 8)[0]  # OpenType OS/2, fsType
    if embedding not in (0, 8):  # 0 installable, 8 editable; anything else may not leave the machine
        return None
    plan = hb.SubsetInput()
    plan.unicode_set.update(wanted)
    plan.layout_feature_tag_set.clear()
    plan.layout_feature_tag_set.update(_FEATURES)
    plan.name_id_set.clear()
    plan.name_id_set.update({0, 1, 2, 13, 14})  # copyright, family, style, licence and its address
    plan.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    return bytes(hb.subset(font, plan).blob.data)


def font_face_css(text: str, fonts: Fonts) -> str:
    """Style rules that embed the glyphs of ``text``, so that a picture or page looks the same on every machine.

    Of our Latin faces everything common, of the Chinese one what they have not: browsers go through the families in order.
    """
    rules = []
    known = _characters(fonts.regular)
    texts = {face: "".join(c for c in text if ord(c) not in known) if face == fonts.cjk else text + COMMON for face in fonts.faces}
    for face in fonts.faces:
        font = subset_font(face, texts[face])
        if font is not None:
            weight = "bold" if face.bold else "normal"
            encoded = base64.b64encode(font).decode()
            rules.append(f'@font-face{{font-family:"{face.family}";font-weight:{weight};src:url("data:font/ttf;base64,{encoded}")}}')
    return "".join(rules)


def _package_folders() -> tuple[Path, ...]:
    """The folder of the extra package, where it is installed."""
    spec = importlib.util.find_spec(CJK_PACKAGE)
    return tuple(Path(place) for place in (spec.submodule_search_locations or ())) if spec else ()


def _system_folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts")
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    return (home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def _cjk_file(folder: Path) -> Path | None:
    """The best Chinese font file below a folder, or None."""
    names = {path.name.casefold(): path for path in sorted(folder.rglob("*.[to]t[cf]"), reverse=True)}
    wanted = (*CJK_FILES, "NotoSansCJKtc-Regular.otf")
    return next((names[name.casefold()] for name in wanted if name.casefold() in names), None)


def _cjk_face(path: Path) -> Face:
    """The face of a file; of a collection the simplified Chinese one, else the first."""
    families = [_family(_opened(path, index)) for index in range(_opened(path, 0).count)]
    index = next((i for i, name in enumerate(families) if name.endswith(("SC", "CN"))), 0)
    return Face(path, families[index], index=index)


@lru_cache(maxsize=32)
def _opened(path: Path, index: int) -> hb.Face:
    """A face of a font file; the file is mapped, not read."""
    return hb.Face(hb.Blob.from_file_path(path), index)


def _family(font: hb.Face) -> str:
    """The family name that a style rule asks for: the typographic one, else the plain one."""
    return str(font.get_name(16) or font.get_name(1) or "")


@cache
def _characters(face: Face) -> frozenset[int]:
    return frozenset(_opened(face.path, face.index).unicodes)


@cache
def _advances(face: Face) -> tuple[dict[int, int], int]:
    """The width of each character in font units, and the units of one em."""
    opened = _opened(face.path, face.index)
    font = hb.Font(opened)
    glyphs = ((code, font.get_nominal_glyph(code)) for code in _characters(face))
    return {code: font.get_glyph_h_advance(glyph) for code, glyph in glyphs if glyph is not None}, opened.upem


@cache
def _fontconfig_environment(fonts: Fonts) -> dict[str, str]:
    """What makes fontconfig read our file only.

    It also looks through the machine's rule templates and warns of what it does not know there; a root of our own, in which
    nothing but our folder appears (a link to itself), keeps it from them.
    """
    home = font_folder(fonts).parent
    file = home / "fonts.conf"
    file.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{font_folder(fonts).as_posix()}</dir><cachedir>{(home / 'cache').as_posix()}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    environment = {"FONTCONFIG_FILE": str(file)}
    if os.name == "posix":
        mirrored = home / "root" / home.relative_to(home.anchor)
        mirrored.parent.mkdir(parents=True)
        mirrored.symlink_to(home)
        environment["FONTCONFIG_SYSROOT"] = str(home / "root")
    return environment
