"""The same world with honest troubles: one small workbook a finding."""

from __future__ import annotations

from world import Table


def trouble_books() -> dict[str, dict[str, Table]]:
    """File name to sheets."""
    return {}


def manifest_text() -> str:
    """The manifest."""
    return ""
