"""The answer of `verify`: how far a bundle or report was checked, and what did not agree."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tracepack.report.answers import Model


class FigureCheck(Model):
    """One content figure: as stated ("there"), recomputed from the originals ("here"), and by the second algorithm.

    Shares 0..1; null where the figure does not apply or was not recomputed.  ``second``: "same"; "within": the stated figure lies
    inside wider bounds; "unconfirmed": the second algorithm cannot follow a step; "differs".  Of a report, which has no workbooks,
    "second" are the sums that it lays out itself.
    """

    figure: str
    there: tuple[float, float] | None
    here: tuple[float, float] | None
    by_second: tuple[float, float] | None
    second: Literal["same", "within", "unconfirmed", "differs"]


class Difference(Model):
    """One thing that is not as it was stated: what, as stated there, as found here."""

    what: str
    there: str
    here: str


class TableCheck(Model):
    """A table of the dossier by the second algorithm: how many values it finds, and those that the dossier states otherwise.

    ``second`` as of a figure: "unconfirmed" where the second algorithm cannot follow a step.
    """

    table: Literal["origins", "attributed_origins", "custody"]
    entries: int
    second: Literal["same", "unconfirmed", "differs"]
    differences: list[Difference]


class VerifyAnswer(Model):
    """``level``: "originals" (read again from zero), "dossier" (recomputed from itself) or "commitments" (redacted: totals only).

    ``signature``: "none", "holds" (by the key that was given), "unknown-key" (by the key that it brings along) or "wrong".
    ``commitments`` are the hidden values of a redacted bundle, ``opened`` those that were disclosed.
    ``not_listed`` differences are left out of ``differences``, which names the first of very many.
    ``unconfirmed``: what the second algorithm could not follow, and imports whose options are not known.
    """

    agrees: bool
    level: Literal["originals", "dossier", "commitments"]
    signature: Literal["none", "holds", "unknown-key", "wrong"]
    owner: str
    lot: str
    files: int
    imports: int
    commitments: int = 0
    opened: int = 0
    figures: list[FigureCheck]
    tables: list[TableCheck] = Field(default_factory=list)
    differences: list[Difference]
    not_listed: int = 0
    unconfirmed: list[str]
