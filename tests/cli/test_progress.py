"""Progress: one line on a terminal for long work, nothing elsewhere."""

from __future__ import annotations

import io
import time

import pytest

from tracepack import progress
from tracepack.progress import ProgressLine


class Screen(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def test_long_work_on_a_terminal_names_its_step_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    screen = Screen(terminal=True)
    with ProgressLine(stream=screen) as tell:
        tell("progress.reading", file="a.xlsx")
        deadline = time.monotonic() + 10
        while "a.xlsx" not in screen.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        tell("progress.checking", rows=12)
    assert "a.xlsx" in screen.getvalue()
    assert "12 rows" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")


def test_short_work_and_streams_that_are_no_terminal_stay_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    short = Screen(terminal=True)
    with ProgressLine(stream=short) as tell:
        tell("progress.reading", file="a.xlsx")
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    piped = Screen(terminal=False)
    with ProgressLine(stream=piped) as tell:
        tell("progress.reading", file="a.xlsx")
        time.sleep(0.05)
    assert (short.getvalue(), piped.getvalue()) == ("", "")
