"""Which encoding a text file is written in: marks and strict decoding first, then evidence, never a guess."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from tracepack.intake.package import RefusedError

#: Byte order marks, the longer first.
_MARKS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: What a text without a mark that is not UTF-8 may be: Chinese, Japanese, Western European.
_LOCAL = ("gb18030", "cp932", "cp1252")
_NAMES = {"gb18030": "GB18030", "cp932": "Shift-JIS", "cp1252": "Windows-1252"}
_CHUNK = 1 << 20
#: Evidence is looked for in the beginning of a file, and among this many characters beyond ASCII.
_EVIDENCE_BYTES = 1 << 19
_EVIDENCE_CHARACTERS = 20_000
_ASK = "save it as CSV UTF-8 or as .xlsx, or state the encoding (--encoding gb18030, or in a profile)"

#: Characters that people write in each of them; what else a wrong decoding shows is rare there.
_FULL_WIDTH = "\u3000-\u303f\uff01-\uff5e・ー"
_LETTERS = "À-ÖØ-öø-ÿŒœŠš"
_WESTERN_RUN = re.compile(f"[A-Za-z]?[{_LETTERS}]+[A-Za-z]?")
_WESTERN_SIGN = re.compile("(?<=[mM])[²³](?![a-zA-Z])|[µ°±½¼¾§®©™€£–—‘’“”„…•«»´·\u00a0]")
_LOWER_THEN_UPPER = re.compile("[ß-öø-ÿ][À-ÖØ-Þ]")
_KANA = re.compile(f"[\u3041-\u3096\u30a1-\u30fa{_FULL_WIDTH}℃㎡㎏]")
_SIGNS = re.compile(f"[{_FULL_WIDTH}“”‘’—…·±×÷°℃㎡㎏μ％]")
#: A Chinese or Japanese character with Latin letters on both sides is one letter of a word, wrongly decoded.
_INSIDE_A_WORD = re.compile(r"(?<=[A-Za-z])[^\x00-\xff](?=[a-z])")
_PLAUSIBLE, _IMPLAUSIBLE = 0.9, 0.7


def encoding_of(data: bytes, known_headers: Callable[[str], int]) -> str:
    """The name of the codec that reads a text file; ``known_headers`` counts the headers it knows in a decoded beginning.

    Raises `RefusedError` where the file is no text, or where more than one encoding may be meant.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            if codec and decodes(data, codec):
                return codec
            raise RefusedError("the text is damaged (its byte order mark names an encoding that it is not written in)", _ASK)
    if b"\0" in data:
        return _without_mark(data)
    if decodes(data, "utf-8"):
        return "utf-8"
    return _local(data, known_headers)


def decodes(data: bytes, codec: str) -> bool:
    """Whether the whole of the data is text of that encoding."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(data: bytes) -> str:
    """UTF-16 without a mark: the zero halves of its ASCII characters all lie on one side, and what divides has one."""
    start = data[: _CHUNK & ~1]
    high_first, high_last = start[0::2].count(0), start[1::2].count(0)
    codec = "utf-16-be" if high_first else "utf-16-le"
    text = start.decode(codec, "replace")
    whole = sum(text.count(mark) for mark in "\n,;\t")
    halves = sum(start.count(mark) for mark in (b"\n", b",", b";", b"\t"))
    one_sided = not (high_first and high_last) and not len(data) % 2
    if not one_sided or not decodes(data, codec) or "\0" in text or whole <= 0.6 * halves:
        raise RefusedError("this is not a spreadsheet, or the text is damaged (it holds zero bytes)", _ASK)
    return codec


def _local(data: bytes, known_headers: Callable[[str], int]) -> str:
    fitting = [codec for codec in _LOCAL if decodes(data, codec)]
    texts = {codec: data[:_EVIDENCE_BYTES].decode(codec, "ignore") for codec in fitting}
    counts = {codec: known_headers(text) for codec, text in texts.items()}
    most = max(counts.values(), default=0)
    best = [codec for codec in fitting if counts[codec] == most]
    if most and len(best) == 1:
        return best[0]
    likely = {codec: _plausibility(codec, texts[codec]) for codec in fitting}
    chosen = [codec for codec in fitting if likely[codec] >= _PLAUSIBLE]
    others = [codec for codec in fitting if _IMPLAUSIBLE < likely[codec] < _PLAUSIBLE]
    if len(chosen) == 1 and not others:
        return chosen[0]
    doubtful = " or ".join(_NAMES[codec] for codec in (chosen + others or fitting))
    said = f"it may be {doubtful}" if doubtful else "it is none of UTF-8, UTF-16, GB18030, Shift-JIS and Windows-1252"
    raise RefusedError(f"the text's encoding cannot be told ({said})", _ASK)


def _plausibility(codec: str, text: str) -> float:
    """The share of the characters beyond ASCII that people write in that encoding, 0..1."""
    beyond = [c for c in text if c > "\x7f"][:_EVIDENCE_CHARACTERS]
    if not beyond:
        return 0.0
    if codec == "cp1252":
        usual = sum(1 for _ in _WESTERN_SIGN.finditer(text)) + sum(_western(found[0]) for found in _WESTERN_RUN.finditer(text))
    else:
        usual = sum(1 for c in beyond if _usual(codec, c)) - sum(1 for _ in _INSIDE_A_WORD.finditer(text))
    return max(0.0, min(1.0, usual / len(beyond)))


def _western(run: str) -> int:
    """How many letters beyond ASCII of a run, with a plain letter on either side, stand as in Western European words.

    One may stand alone ("à"); several only in a word, not too many, and no capital after a small letter.
    """
    accented = sum(1 for c in run if not c.isascii())
    alone = accented == len(run)
    odd = accented > 3 or (alone and accented > 1) or _LOWER_THEN_UPPER.search(run)
    return 0 if odd else accented


def _usual(codec: str, character: str) -> bool:
    """Whether a character is among the frequent ones: of the first level of its national standard, kana, or a sign."""
    if codec == "cp932" and _KANA.match(character):
        return True
    if _SIGNS.match(character):
        return True
    written = character.encode("gb2312" if codec == "gb18030" else "cp932", "ignore")
    first, last = (0xB0, 0xD7) if codec == "gb18030" else (0x88, 0x97)
    return len(written) == 2 and first <= written[0] <= last
