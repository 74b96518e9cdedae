"""What is said about how a file was understood: tables known by their headers, values stated once, rows passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tracepack.core.findings import Finding, SourceRef
from tracepack.intake.crossedout import STRUCK
from tracepack.intake.gather import Gathered, finding
from tracepack.intake.layouts import Guess, recognise_sheet, text_of
from tracepack.intake.profiles import Profile
from tracepack.intake.statements import Stated
from tracepack.intake.tables import NOTE, TOLD, Place
from tracepack.intake.workbook import Sheet, Workbook


def profile_used(workbook: Workbook, profile: Profile) -> Finding:
    """That a file was read with a profile."""
    place = SourceRef(workbook.name, workbook.sha256, "", "")
    return finding(
        "profile-used",
        f"The file was read with the profile {profile.name}.",
        hint="`--dry-run` shows what it makes of each column",
        refs=[place],
    )


def recognised(sheet: Sheet, place: Place) -> Iterable[Finding]:
    """A note where a table was known by its headers rather than by its sheet's name."""
    named = recognise_sheet(sheet.name)
    if named is None or named.name != place.layout.name:
        ref = sheet.ref(place.header.last, min(place.header.texts, default=1))
        message = f"The table was taken for {place.layout.name} by its headers."
        yield finding("table-recognised", message, hint="`--dry-run` shows what each column was taken for", refs=[ref], excerpt=ref.cell)


def stated_once(sheet: Sheet, place: Place, stated: Iterable[Stated], product: str | None) -> Iterable[Finding]:
    """A note for every value that a cell above the table, or the sheet's name (``product``), states for all its rows."""
    for state in stated:
        if product and state == Stated("material", product, ""):
            ref = SourceRef(sheet.file, sheet.sha256, sheet.name, "")
            message = f"The sheet is named after the material {product}; it was read as the material of its rows."
            yield finding("material-by-sheet", message, hint="add a column Material if they are of another one", refs=[ref])
        if state.cell:
            header = place.layout.column(state.key).header
            ref = SourceRef(sheet.file, sheet.sha256, sheet.name, state.cell)
            message = f"{header} is stated above the table; it was read for every row of it."
            yield finding("stated-above", message, refs=[ref], excerpt=f"{state.cell}  {header} = {text_of(state.content)}")


def passed_over(sheet: Sheet, passed: Mapping[int, str]) -> Iterable[Finding]:
    """One note for every reason why rows inside or below a table were passed over."""
    gathered = Gathered()
    for row, reason in sorted(passed.items()):
        if reason in {*TOLD, STRUCK}:
            column = min(sheet.rows[row])
            ref = sheet.ref(row, column)
            shown = f"{ref.cell}  {text_of(sheet.rows[row][column])[:80]}"
            gathered.add("row-passed-over", f"The row is {reason}; it was not read as data.", "", ref, shown)
            if reason == NOTE and _MAY_BE_DATA.search(text_of(sheet.rows[row][column])):
                message = "The row was taken for a note below the table, but it holds what may be a row of data."
                gathered.add("note-like-data", message, "write every value in its own cell if it is one", ref, shown)
    return gathered.findings()


#: A date with a mass, or values parted as in a row: a note may have them too, so it is asked about.
_MAY_BE_DATA = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}).*\d\s?(kg|t|lb|g)\b|\d\s?(kg|t|lb|g)\b.*(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)


def not_understood(sheet: Sheet, guess: Guess | None) -> Finding:
    """A sheet of which no table was recognised; where it could be one of several, that is an error."""
    if guess and guess.candidates and guess.header:
        names = " or ".join(guess.candidates)
        ref = sheet.ref(guess.header.last, min(guess.header.texts, default=1))
        return finding(
            "table-ambiguous",
            f"By its headers the table could be {names}.",
            hint=f"say what it is: --read-as '{sheet.name}={guess.candidates[0]}', or name the sheet after what it holds",
            refs=[ref],
            excerpt=f"{ref.cell}  {', '.join(text for _, text in sorted(guess.header.texts.items()) if text)[:200]}",
        )
    row, texts = likeliest_header(sheet)
    return finding(
        "sheet-unknown",
        f"The sheet {sheet.name!r} is none that tracepack knows; nothing was read from it.",
        hint="name it after one of the contract's sheets (Deliveries, Production, Materials ...) if it holds such rows, or say it with "
        "--read-as; `--dry-run --save-profile NAME` writes its headers down for you to say what they mean",
        refs=[SourceRef(sheet.file, sheet.sha256, sheet.name, "")],
        excerpt=f"row {row}: {', '.join(texts.values())[:200]}" if len(texts) > 1 else "",
    )


#: Rows from the top in which the one with the most texts is taken for the header of a sheet that was not understood.
LOOKED_AT = 40


def likeliest_header(sheet: Sheet) -> tuple[int, dict[int, str]]:
    """The row that is the likeliest header of a sheet that was not understood, with its texts by column."""
    rows = sorted(sheet.rows)[:LOOKED_AT]
    row = max(rows, key=lambda row: (sum(isinstance(c, str) for c in sheet.rows[row].values()), -row))
    return row, {column: text for column, content in sorted(sheet.rows[row].items()) if (text := text_of(content))}
