"""Reading long XML of few shapes fast: what repeats a shape already seen is taken out by one expression, expat reads the rest.

Spreadsheet programs write a row like the row before it.  A `Sieve` stands before the parser: an item (a row, a text of
the text table) that has exactly a known shape is understood here and never reaches expat, everything else does, in its
place.  Shapes hold literal XML around plain text, so that taking an item out leaves a document that is exactly as sound
as it was; where that could be in doubt (another encoding, a comment, an item inside an item) nothing is taken out.
"""

from __future__ import annotations

import re
from typing import Any, Protocol

#: Text as XML writes it without mark-up: no control characters, which are rare and not all allowed.
PLAIN = rb"[^<&>\x00-\x1f]+"
#: The same with the five characters that XML spells as names, or nothing.
TEXT = rb"[^<&>\x00-\x1f]*(?:&(?:amp|lt|gt|quot|apos);[^<&>\x00-\x1f]*)*"

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml\s([^<>]*)\?>")
_UTF_8 = re.compile(rb"encoding\s*=\s*[\"']utf-8[\"']", re.IGNORECASE)
#: The first item is looked for in so many bytes; as much is kept of an item that has no end yet.
_LONGEST = 1 << 20
#: After so many items of shapes unknown, most of all items seen, the sieve is in the way.
_PATIENCE = 200


class Items(Protocol):
    """The items of one part: their mark-up, and what they tell their reader."""

    opening: re.Pattern[bytes]
    closing: bytes

    def take(self, data: bytes, position: int) -> int:
        """Understand the item at a position if its shape is known: the place after it, else the position."""

    def learn(self, item: bytes) -> None:
        """Remember the shape of an item that expat has read."""

    def closed(self) -> tuple[int, bool]:
        """How many items expat has closed so far, and whether it is right between two items now."""


def plain_text(raw: bytes) -> str:
    """What expat would make of text that `PLAIN` or `TEXT` matched; ValueError where it would refuse it."""
    text = raw.decode()
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        raise ValueError("a character that XML does not allow")
    if "&" in text:
        for name, character in _ENTITIES:
            text = text.replace(name, character)
    return text


class Sieve:
    """Stands between a part's bytes and its parser."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._held = b""
        self._inside = False
        self._off = False
        self._taken = 0
        self._passed = 0

    def feed(self, parser: Any, chunk: bytes) -> int:
        """Read on; an empty chunk is the end.  Returns how many bytes went to the parser."""
        data, self._held = self._held + chunk, b""
        if not chunk or self._off:
            return _parse(parser, data)
        if self._inside:
            return self._between(parser, data, 0)
        found = self._items.opening.search(data)
        if found is None:
            return self._wait(parser, data)
        self._inside = True
        self._off = not _is_plain(data[: found.end()])
        return _parse(parser, data) if self._off else self._between(parser, data, found.end())

    def _wait(self, parser: Any, data: bytes) -> int:
        """Keep what may be the beginning of an item, unless it grows too long for one."""
        if len(data) > _LONGEST:
            self._off = True
            return _parse(parser, data)
        self._held = data
        return 0

    def _between(self, parser: Any, data: bytes, position: int) -> int:
        """Take items out from a position between two items on; before it everything is the parser's."""
        closing = self._items.closing
        end = data.rfind(closing) + len(closing)
        if end < len(closing) + position:
            fed = _parse(parser, data[:position])
            return fed + self._wait(parser, data[position:])
        fed = _parse(parser, data[:position])
        while position < end:
            after = self._items.take(data, position)
            if after != position:
                self._taken += 1
                position = after
                continue
            after = data.index(closing, position) + len(closing)
            fed += self._pass(parser, data[position:after])
            position = after
            if self._off:
                return fed + _parse(parser, data[position:])
        return fed + self._wait(parser, data[end:])

    def _pass(self, parser: Any, item: bytes) -> int:
        """Let the parser read one item, and learn from it."""
        before, _ = self._items.closed()
        fed = _parse(parser, item)
        after, between = self._items.closed()
        self._passed += 1
        in_vain = self._passed > _PATIENCE and self._passed > self._taken
        self._off = not between or after != before + 1 or b"<!" in item or b"<?" in item or in_vain
        if not self._off:
            self._items.learn(item)
        return fed


def _parse(parser: Any, data: bytes) -> int:
    if data:
        parser.Parse(data, False)
    return len(data)


def _is_plain(head: bytes) -> bool:
    """Whether what precedes the first item is UTF-8 and hides nothing: no comment, no processing instruction, no DOCTYPE."""
    declared = _DECLARED.match(head)
    rest = head[declared.end() :] if declared else head.removeprefix(b"\xef\xbb\xbf")
    if declared and b"encoding" in declared[1] and not _UTF_8.search(declared[1]):
        return False
    return rest.lstrip().startswith(b"<") and b"<!" not in rest and b"<?" not in rest and b"\x00" not in rest
