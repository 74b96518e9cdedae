"""The use-cases: what a user can do with a workspace, each returning the model that the command line prints."""

# ruff: noqa: PLC0415 - what is slow to load is imported where it is needed
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracepack import bookkeeping, listing, questions
from tracepack.errors import UsageProblem
from tracepack.layoutanswers import NOTHING_ANSWERED, LayoutAnswers
from tracepack.report.answers import CheckAnswer, ClosingAnswer, ContentAnswer, LogAnswer, LotsAnswer, TraceAnswer
from tracepack.report.answers_balance import BalanceAnswer
from tracepack.report.answers_import import ImportAnswer, ImportFileAnswer
from tracepack.store import Store

if TYPE_CHECKING:
    from tracepack.evidence.making import Redacted
    from tracepack.importing import Progress
    from tracepack.intake.annotate import Annotated
    from tracepack.intake.suggestions import Names
    from tracepack.picturing import Picture
    from tracepack.report.answers_declaration import DeclarationAnswer
    from tracepack.report.answers_diff import DiffAnswer
    from tracepack.report.answers_drill import DrillAnswer
    from tracepack.report.answers_recall import RecallAnswer
    from tracepack.report.answers_reports import ReportsAnswer
    from tracepack.report.answers_schemes import SchemesAnswer
    from tracepack.report.answers_verify import VerifyAnswer
    from tracepack.report.diagram import By, Kind


class Workspace:
    """An open workspace.  Methods raise TracepackError where they cannot be carried out; bad data comes back as findings."""

    def __init__(self, store: Store, where: str | Path = "tracepack.db") -> None:
        self._store = store
        self._where = where

    @classmethod
    def open(cls, where: str | Path) -> Workspace:
        """Open a workspace: a SQLite file or a database URL.  WorkspaceError where there is none."""
        return cls(Store.open(where), where)

    @classmethod
    def create(cls, where: str | Path, organisation: str = "", site: str = "") -> Workspace:
        """Create a workspace for an organisation (its Party ID) and the site that a blank Site means.

        WorkspaceError where there is one already; it is left as it was.
        """
        return cls(Store.create(where, organisation or "own", site or "main"), where)

    def at(self, import_id: int) -> Workspace:
        """The workspace as it was known after an import: it answers what it answered then, and cannot be changed.

        Raises UnknownImport, naming the range there is.
        """
        return Workspace(self._store.at(import_id), self._where)

    @property
    def organisation(self) -> str:
        """Party ID of ourselves, the owner of own lots."""
        return self._store.organisation

    @property
    def site(self) -> str:
        """What a blank Site means."""
        return self._store.site

    # ---- bringing in and taking back

    def import_files(
        self,
        paths: Sequence[str | Path],
        *,
        supplier: str | None = None,
        replace: bool = False,
        dry_run: bool = False,
        each: bool = False,
        layout: LayoutAnswers = NOTHING_ANSWERED,
        progress: Progress | None = None,
    ) -> ImportAnswer:
        """Import workbooks, all or nothing (``each``: one by one).

        ``supplier`` is whose lots a blank Supplier means, ``replace`` lets changed rows replace known facts, ``dry_run``
        undoes all at the end, ``layout`` is what is known about the files' layout beyond what they show, ``progress`` is
        called with the name and values of each step.  Raises UnreadableFile
        for a file that is no sound workbook, UsageProblem for answers that cannot be meant; then nothing is stored.
        """
        from tracepack.importing import ImportOptions, import_files, silent
        from tracepack.profilebook import folder_of, instructions_for

        folder = folder_of(self._where)
        if layout.save_profile and len(paths) != 1:
            raise UsageProblem("a profile is saved from one file", "import the file alone")
        options = ImportOptions(
            instructions=instructions_for(folder, supplier, layout),
            replace=replace,
            dry_run=dry_run,
            save_profile=(folder, layout.save_profile) if layout.save_profile else None,
            progress=progress or silent,
            layout=layout,
        )
        return import_files(self._store, [Path(path) for path in paths], options, each=each)

    def annotated(self, path: str | Path, answer: ImportFileAnswer, *, lang: str = "en") -> Annotated:
        """The workbook of a file with what its import (``answer``) found marked in it, for its supplier to correct.

        In place for .xlsx and .xlsm, a copy of the values for other formats.  Raises UnreadableFile, and UsageProblem
        where the file is not the one that was imported.
        """
        from tracepack.annotating import annotated

        return annotated(Path(path), answer, self._store.limits(), lang)

    def withdraw(self, import_id: int | None = None, *, fact_id: int | None = None, why: str) -> LogAnswer:
        """Take back an import or one fact; what it had replaced holds again.  Returns the withdrawal's log entry.

        Raises UnknownImport where there is no such import or fact, or nothing of it is left.
        """
        return listing.withdraw(self._store, import_id, fact_id, why)

    # ---- lists

    def lots(self, text: str = "") -> LotsAnswer:
        """The lots whose number, owner, material or own number contains a text; all for ""."""
        return listing.lots(self._store, text)

    def log(self, import_id: int | None = None) -> LogAnswer:
        """Imports and withdrawals, oldest first; one of them with every fact it recorded."""
        return listing.log(self._store, import_id)

    def diff(self, before: int, after: int, lot: str | None = None, *, owner: str | None = None) -> DiffAnswer:
        """Which figures of which lots differ after two imports, by how much, and the cells that caused it; of one lot or of all.

        Raises UnknownImport, and UnknownLot for a lot that neither state knows.
        """
        from tracepack import differing

        with self._store.reading():
            return differing.diff(self._store, before, after, lot, owner)

    # ---- questions

    def content(self, lot: str, *, owner: str | None = None, on: str | None = None) -> ContentAnswer:
        """What a lot is made of, ``on`` a date (ISO) where it is a running pool.  Raises UnknownLot."""
        with self._store.reading():
            return questions.content(self._store, lot, owner, on)

    def trace(self, lot: str, *, owner: str | None = None, direction: str = "up") -> TraceAnswer:
        """What a lot was made from ("up"), or what was made from it ("down").  Raises UnknownLot."""
        with self._store.reading():
            return questions.trace(self._store, lot, owner, direction)

    def check(self, lot: str | None = None, *, owner: str | None = None) -> CheckAnswer:
        """The audit tests, over everything or over one lot's lineage.  Raises UnknownLot."""
        with self._store.reading():
            return questions.check(self._store, lot, owner)

    def balance(self, site: str | None = None, *, period: str | None = None, on: str | None = None) -> BalanceAnswer:
        """The mass-balance books of a site, or of all, or their lines of one period, with what is wrong with them.

        ``on`` a date (ISO): with what each account held at the end of that day.  Raises UsageProblem for an unknown site or
        period, or what is no date.
        """
        with self._store.reading():
            return bookkeeping.balance(self._store, site, period, questions.day_of(on))

    def close_period(self, period: str, *, site: str | None = None) -> ClosingAnswer:
        """Pin a balance period's books for good; later corrections become adjustments in the open period.

        Raises UsageProblem where the period is not known, is closed, follows one that is open, or ends below zero.
        """
        return bookkeeping.close_period(self._store, period, site)

    def declaration(self, shipment: str) -> DeclarationAnswer:
        """The sustainability declaration of a shipment; `tracepack.declaring.render` makes a document of it.  Raises UnknownShipment."""
        from tracepack import declaring

        with self._store.reading():
            return declaring.declaration(self._store, shipment)

    def books(
        self,
        format: str = "xlsx",  # noqa: A002
        *,
        site: str | None = None,
        period: str | None = None,
        lang: str = "en",
    ) -> tuple[BalanceAnswer, bytes]:
        """What `balance` answers, and the same as a file: xlsx, json or txt.  Raises UsageProblem as `balance`, or for another format."""
        with self._store.reading():
            return bookkeeping.books(self._store, site, period, format, lang)

    def recall(
        self,
        *,
        lot: str | None = None,
        certificate: str | None = None,
        source: str | None = None,
        supplier: str | None = None,
        owner: str | None = None,
        first: str | None = None,
        last: str | None = None,
    ) -> RecallAnswer:
        """Where everything of a lot is, or of what came in under a certificate, from a source or a supplier.

        ``first`` and ``last`` (ISO days) say when it came in.
        Raises UnknownLot, UsageProblem (nothing of that name, days backwards, not exactly one of the four).
        """
        from tracepack import recalling

        question = recalling.RecallQuestion(lot, certificate, source, supplier, owner, questions.day_of(first), questions.day_of(last))
        with self._store.reading():
            return recalling.recalled(self._store, question)

    def recall_drill(self, seed: int | None = None, clock: Callable[[], float] = time.monotonic) -> DrillAnswer:
        """A mock recall of a delivered lot, and the way back from a shipped one, picked by chance from a ``seed``.

        None: the number of the last import.  ``clock`` tells seconds.  Raises UsageProblem where nothing was delivered or shipped.
        """
        from tracepack import drilling

        with self._store.reading():
            return drilling.drill(self._store, seed, clock)

    def diagram(self, lot: str, *, format: str = "svg", owner: str | None = None, lang: str = "en", **asked: Any) -> bytes:  # noqa: A002
        """The lineage picture as svg, pdf, png or dot; ``asked`` as for `picture`.  Raises UnknownLot, MissingFont, UsageProblem."""
        return self.picture(lot, format=format, owner=owner, lang=lang, **asked).document

    def picture(
        self,
        lot: str,
        *,
        format: str = "svg",  # noqa: A002
        owner: str | None = None,
        lang: str = "en",
        down: bool = False,
        unfold: Sequence[str] = (),
        whole: bool = False,
        depth: int | None = None,
        by: By = "content",
        kind: Kind = "lineage",
    ) -> Picture:
        """The lineage picture and its folds: up or ``down``, to a ``depth`` in runs, coloured ``by`` content, mass, origin or custody.

        ``kind`` "flow" draws where the bio-based mass comes from, "layers" the cross-sections; the other options are of lineages.
        What is larger than a picture holds is folded, but for the folds named by ``unfold``, or nothing of the ``whole``.
        Raises UnknownLot, MissingFont, UsageProblem (another format, an unknown fold, more boxes than a page shows).
        """
        from tracepack import picturing

        with self._store.reading():
            if kind != "lineage":
                draw = picturing.flow_picture if kind == "flow" else picturing.layers_picture
                return draw(self._store, lot, owner, format, lang)
            return picturing.lineage_picture(self._store, lot, owner, format, lang, picturing.Wanted(down, tuple(unfold), whole, depth, by))

    def report(
        self,
        lot: str,
        *,
        format: str = "md",  # noqa: A002
        owner: str | None = None,
        lang: str = "en",
        schemes: Sequence[str] = (),
    ) -> bytes:
        """The traceability report as pdf, html, xlsx, md or json, with the verdicts of the ``schemes`` named, else of all of content.

        ``lang`` is "en", "zh" or "de", or two of them side by side: "en,zh".
        Raises UnknownLot, MissingFont, UsageProblem (an unknown scheme or format).
        """
        from tracepack import reporting

        with self._store.reading():
            return reporting.report(self._store, lot, owner, format, lang, schemes)

    def reports(
        self,
        folder: str | Path,
        lots: Sequence[str] = (),
        *,
        owner: str | None = None,
        shipments: Sequence[str] = (),
        days: str | None = None,
        format: str = "html",  # noqa: A002
        lang: str = "en",
        schemes: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> ReportsAnswer:
        """The reports of some lots, or of every lot of some shipments, into a folder: a file each, and index.json.

        ``days`` asks for the shipments of a span of days, "2026-01-01..2026-03-31" or "all".  All cores work on many.
        Raises UnknownLot, UnknownShipment, UsageProblem, MissingFont.
        """
        from tracepack import manyreports
        from tracepack.importing import silent

        asked = shipments or days is not None
        files = manyreports.reports_of_shipments(self._store, shipments, days) if asked else []
        files += manyreports.reports_of_lots(self._store, lots, owner)
        manner = manyreports.Manner(format, lang, tuple(schemes))
        return manyreports.write_reports(self._store, self._where, files, Path(folder), manner, progress or silent)

    def bundle(self, lot: str, *, owner: str | None = None, sign: str | Path | None = None, schemes: Sequence[str] = ()) -> bytes:
        """A lot's dossier with everything it was made from, as a zip that `verify` checks; ``sign`` is a private key's PEM file.

        Raises UnknownLot, and UsageProblem where the workbooks read again do not give the same dossier.
        """
        from tracepack.evidence.making import make_bundle

        with self._store.reading():
            return make_bundle(self._store, lot, owner, schemes, None if sign is None else Path(sign))

    def redacted_bundle(
        self,
        lot: str,
        *,
        owner: str | None = None,
        sign: str | Path | None = None,
        salts: str | None = None,
        schemes: Sequence[str] = (),
    ) -> Redacted:
        """A lot's figures and totals without workbooks, names and shares, and the file of salts that opens them.

        ``salts`` is the text of an earlier file of salts, whose secret is used again.  Raises UnknownLot, UsageProblem.
        """
        from tracepack.evidence.making import make_redacted
        from tracepack.evidence.redacting import new_secret, secret_in

        secret = new_secret() if salts is None else secret_in(salts)
        with self._store.reading():
            return make_redacted(self._store, lot, owner, schemes, None if sign is None else Path(sign), secret)

    @staticmethod
    def verify(file: str | Path, *, key: str | Path | None = None, salts: str | Path | None = None) -> VerifyAnswer:
        """Check a bundle, needing no workspace; ``key`` is the signer's public key, a PEM file, ``salts`` opens a redacted one.

        Raises NotABundle.
        """
        from tracepack.evidence.checking import check_file

        return check_file(Path(file), *(None if given is None else Path(given) for given in (key, salts)))

    def names(self, supplier: str | None = None) -> Names:
        """The names that a template's drop-downs offer; with ``supplier`` only those that are that supplier's own."""
        from tracepack.intake.suggestions import LONGEST_LIST, NAMING_SHEETS, names_in

        with self._store.reading():
            return names_in(self._store.newest_facts(NAMING_SHEETS, supplier or "", LONGEST_LIST), supplier or "")

    @staticmethod
    def schemes(lang: str = "en") -> SchemesAnswer:
        """Every certification scheme that is known, with its edition, source and rules, in the words of a language."""
        from tracepack.report.schemes import schemes_answer
        from tracepack.rulebook import balance_rules, chain_of_custody_rules, scheme_judgement_rules

        return schemes_answer(chain_of_custody_rules(), balance_rules().rules, scheme_judgement_rules(), lang)

    @staticmethod
    def template(which: str = "all", *, lang: str = "en", names: Names | None = None, supplier: str | None = None) -> bytes:
        """A workbook to fill in, for a "supplier", for "production", or "all" sheets.

        ``names`` (see the method of that name) fills the drop-downs of parties, materials, lots and the like; without
        it they offer no more than ``supplier``, whom the workbook is for.
        """
        from tracepack.intake.suggestions import names_in
        from tracepack.intake.template import write_template

        return write_template(which, lang, names or names_in((), supplier or ""))
