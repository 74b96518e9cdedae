"""What several commands share: their exit codes and the options that mean the same everywhere."""

from __future__ import annotations

import click

#: Exit codes: done; done, but there are errors (or the import was refused); not carried out; a bug; interrupted.
DONE, FOUND_ERRORS, NOT_DONE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

LANGUAGES = ("en", "zh", "de")

lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), envvar="TRACEPACK_LANG", default="en", show_default=True, help="Language of the answer."
)


def _side_by_side(context: click.Context, option: click.Parameter, named: tuple[str, ...]) -> str:
    """One language, or two as "en,zh"."""
    asked = list(dict.fromkeys(part.strip() for text in named for part in text.split(",")))
    for lang in asked:
        if lang not in LANGUAGES:
            raise click.BadParameter(f"{lang!r} is not one of {', '.join(map(repr, LANGUAGES))}.", context, option)
    if len(asked) > 2:
        raise click.BadParameter("at most two languages stand side by side.", context, option)
    return ",".join(asked)


languages_option = click.option(
    "--lang",
    metavar="LANG[,LANG]",
    multiple=True,
    envvar="TRACEPACK_LANG",
    default=("en",),
    callback=_side_by_side,
    help="Language of the report: en (the default), zh or de; two stand side by side: en,zh.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
owner_option = click.option("--owner", metavar="PARTY", help="Whose lot, where several parties use the number.")
as_of_option = click.option(
    "--as-of", type=int, metavar="IMPORT", help="As it was known after that import (its number in `log`); default: as it is known now."
)
