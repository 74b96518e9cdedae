"""One empty desk a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk in a folder of its own."""
    return Desk(tmp_path)
