"""The options of `import` about the files themselves: what their layout leaves open, and giving them back with corrections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from tracepack.layoutanswers import LayoutAnswers

DELIMITERS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
DATE_ORDERS = {"day-first": "dm", "month-first": "md"}
STRUCK_ROWS = {"leave-out": "left out", "read": "read"}

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--annotate",
        type=click.Path(path_type=Path),
        metavar="OUT.xlsx",
        help="Give the file back with its wrong cells marked and a list of corrections, in the language of --lang; "
        "for several files OUT is a folder.",
    ),
    click.option("--profile", metavar="NAME", help="Read with this profile, or TOML file; else with the one whose layout is there."),
    click.option("--save-profile", metavar="NAME", help="Keep the layout and the answers as a profile, a TOML file to correct."),
    click.option("--read-as", multiple=True, metavar="SHEET=KIND", help="What a sheet holds: 'Tabelle1=Deliveries'; KIND alone for all."),
    click.option("--column", multiple=True, metavar="FIELD=HEADER", help="Which header means a column, as 'Quantity=Menge netto'."),
    click.option("--fixed", multiple=True, metavar="FIELD=VALUE", help="What the file does not state, as 'Unit=kg'."),
    click.option("--decimal-mark", type=click.Choice([",", "."]), help="The decimal mark where the cells do not tell."),
    click.option("--date-order", type=click.Choice(list(DATE_ORDERS)), help="The order of 03/04/2026 where the cells do not tell."),
    click.option("--encoding", default="", metavar="NAME", help="How a text file is written, as gb18030, where it does not tell."),
    click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help="What parts the columns of a text file."),
    click.option("--percent-scale", type=click.Choice(["percent", "fraction"]), help="Whether 0.5 under a % header is 0.5 % or 50 %."),
    click.option("--struck-rows", type=click.Choice(list(STRUCK_ROWS)), help="What rows struck through are: cancelled, or like others."),
)


def layout_options(command: _Command) -> _Command:
    """Give a command the options, in the order of their help."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_OPTIONS), command)


def layout_answers(told: Mapping[str, Any]) -> LayoutAnswers:
    """What the options answer."""
    return LayoutAnswers(
        profile=told["profile"],
        save_profile=told["save_profile"],
        read_as=told["read_as"],
        columns=told["column"],
        fixed=told["fixed"],
        decimal_mark=told["decimal_mark"],
        date_order=DATE_ORDERS.get(told["date_order"]),
        percent_scale=told["percent_scale"],
        struck_rows=STRUCK_ROWS.get(told["struck_rows"]),
        encoding=told["encoding"],
        delimiter=DELIMITERS.get(told["delimiter"], ""),
    )
