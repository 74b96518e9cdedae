"""What several commands share: their exit codes and the options that mean the same everywhere."""

from __future__ import annotations

import click

#: Exit codes: done; done, but there are errors (or the import was refused); not carried out; a bug; interrupted.
DONE, FOUND_ERRORS, NOT_DONE, BUG, INTERRUPTED = 0, 1, 2, 3, 130

LANGUAGES = ("en", "zh", "de")

lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), envvar="TRACEPACK_LANG", default="en", show_default=True, help="Language of the answer."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
owner_option = click.option("--owner", metavar="PARTY", help="Whose lot, where several parties use the number.")
as_of_option = click.option(
    "--as-of", type=int, metavar="IMPORT", help="As it was known after that import (its number in `log`); default: as it is known now."
)
