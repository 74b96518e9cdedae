"""The typed answer of `schemes`."""

from __future__ import annotations

from typing import Literal

from tracepack.report.answers import Model


class RuleAnswer(Model):
    """One rule of a scheme: its values, what they mean, where that stands, and whether a public text confirms it."""

    name: str
    values: list[str]
    says: str
    source: str
    status: Literal["confirmed", "unconfirmed"]


class SchemeAnswer(Model):
    """A certification scheme with its rules of custody and of books."""

    name: str
    edition: str
    source: str
    rules: list[RuleAnswer]


class CombinationAnswer(Model):
    """Two models, and what they give: ``blend`` mixed in known parts, ``blend_unknown_share`` in parts that nobody recorded.

    ``certified`` is what a lot of the one model gives at a site whose certificate is for the other.
    """

    one: str
    other: str
    blend: str
    blend_unknown_share: str
    certified: str


class SchemesAnswer(Model):
    """`schemes`: the models strongest first, how every pair combines, the rules behind that, and every scheme by name."""

    models: list[str]
    combinations: list[CombinationAnswer]
    general: list[RuleAnswer]
    schemes: list[SchemeAnswer]
