"""The audit tests of certificates and chain of custody: what papers, sites and claims say against one another."""

from __future__ import annotations

from collections.abc import Iterator

from tracepack.core.custody import LotCustody
from tracepack.core.findings import Finding, Severity
from tracepack.core.papers import NONE


def check_stated(custody: LotCustody) -> Iterator[Finding]:
    """A note on deliveries that were taken as uncertified because nothing states their model, where others of the lot are certified."""
    if custody.not_stated and (custody.certified or custody.model != NONE):
        lots = list(dict.fromkeys(str(d.lot) for d in custody.not_stated))
        named = ", ".join(lots[:3]) + (" ..." if len(lots) > 3 else "")
        text = f"No chain of custody is stated for {named}; what is not stated counts as uncertified."
        cells = tuple(d.source.ref("chain_of_custody") for d in custody.not_stated)
        yield Finding("custody-not-stated", Severity.NOTE, text, "Fill in Chain of Custody, with none where it is uncertified.", cells)
