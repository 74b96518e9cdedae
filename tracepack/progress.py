"""What a command is doing, on one line of the terminal, for work that takes longer than a second."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TextIO

from tracepack.report.wording import visible, wording

#: Work that is done sooner says nothing.
PATIENCE_SECONDS = 1.0
_CLEAR = "\r\x1b[K"


class ProgressLine:
    """A line on a terminal that names the present step; nothing at all where the stream is no terminal.

    Called with a step's name and its values; as a context it wipes the line at the end.
    """

    def __init__(self, lang: str = "en", stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._words = wording(lang)
        self._lock = threading.Lock()
        self._text = ""
        self._shown = False
        self._timer = threading.Timer(PATIENCE_SECONDS, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> ProgressLine:
        if self._stream.isatty():
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._timer.cancel()
        with self._lock:
            if self._shown:
                self._write(_CLEAR)
                self._shown = False

    def __call__(self, step: str, **values: object) -> None:
        """Name the step that begins."""
        with self._lock:
            self._text = visible(self._words(step, **values))
            if self._shown:
                self._write(f"{_CLEAR}{self._text}")

    def _begin(self) -> None:
        with self._lock:
            self._shown = True
            self._write(f"{_CLEAR}{self._text}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
