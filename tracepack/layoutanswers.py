"""What a user answers about a file's layout, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayoutAnswers:
    """What is known about files' layout beyond what they show; each part is left out where they show it.

    ``profile``: name of one of the workspace's profiles, or a path of a TOML file; ``save_profile``: name under which the layout is
    kept; ``read_as``: what sheets hold ("Tabelle1=Deliveries", or "Deliveries" for all); ``columns``: headers by field
    ("Quantity=Menge netto"); ``fixed``: what the files do not state ("Unit=kg"); ``decimal_mark`` "," or "."; ``date_order``
    "dm" or "md"; ``percent_scale`` "percent" or "fraction"; ``struck_rows`` "left out" or "read"; ``encoding`` and ``delimiter`` of
    text files.
    """

    profile: str | None = None
    save_profile: str | None = None
    read_as: Sequence[str] = ()
    columns: Sequence[str] = ()
    fixed: Sequence[str] = ()
    decimal_mark: str | None = None
    date_order: str | None = None
    percent_scale: str | None = None
    struck_rows: str | None = None
    encoding: str = ""
    delimiter: str = ""


#: Nothing is known beyond what the files show.
NOTHING_ANSWERED = LayoutAnswers()
