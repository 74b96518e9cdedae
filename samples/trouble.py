"""What a workbook that provokes a finding is."""

from __future__ import annotations

from typing import NamedTuple

from world import Cell, Table

#: A row by header; a sheet is a list of them, its headers in the order of first mention.
Row = dict[str, Cell]


class Trouble(NamedTuple):
    """A workbook that provokes one finding.

    ``after_chain``: to be imported after the chain, else into an empty workspace; ``shown_by``: the command that shows the
    finding, ``import``, ``check`` or ``content LOT``; ``options`` those of ``import``; the exit codes are those of
    ``import`` and of ``check`` afterwards.  A sheet is a list of rows by header, or its cells as they stand; ``profiles`` are
    those of ``samples/profiles`` that the workspace has; ``then`` are commands given after the import, and ``tampered`` is what
    somebody does to the database behind the program's back, as SQL.
    """

    sheets: dict[str, list[Row] | Table]
    after_chain: bool = False
    import_exit: int = 0
    check_exit: int = 0
    shown_by: str = "import"
    options: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    tampered: str = ""
