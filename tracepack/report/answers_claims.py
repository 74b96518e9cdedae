"""What may be said of a lot, as the report publishes it."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Model


class SentenceAnswer(Model):
    """A sentence that may be said, by language; ``percent`` what it claims at the most, null where it states none."""

    key: str
    figure: str | None
    percent: int | None
    text: dict[str, str]
    source: str
    status: Literal["confirmed", "unconfirmed"]


class RefusedSentenceAnswer(Model):
    """A sentence of ours that may not be said of this lot, and why."""

    key: str
    reason: Literal[
        "no-content", "model", "no-certificate", "nothing-attributed", "nothing-certified", "no-category", "unfit-name", "credits-in-error"
    ]


class ForbiddenAnswer(Model):
    """What may not be said: an example of it and why, by language; ``valid_from`` is the first day of the rule."""

    key: str
    example: dict[str, str]
    why: dict[str, str]
    valid_from: str | None
    source: str
    status: Literal["confirmed", "unconfirmed"]


class ClaimsAnswer(Model):
    """What may be said of a lot under its model, which sentences may not, and the wording that is forbidden."""

    model: str
    allowed: list[SentenceAnswer]
    refused: list[RefusedSentenceAnswer]
    forbidden: list[ForbiddenAnswer]
