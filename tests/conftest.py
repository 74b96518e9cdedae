"""What all tests share: golden files and the one flag that renews them, and the browser that pages are read in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

#: How long an example takes says how busy the machine is, not whether the law holds.
settings.register_profile("tracepack", deadline=None)
settings.load_profile("tracepack")

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files and schemas anew instead of comparing them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str | Path, str], None]:
    """Compare text with ``tests/golden/NAME`` (or a path from the root, e.g. of schemas/), or write it with --update-golden."""

    def compare(name: str | Path, text: str) -> None:
        path = GOLDEN / name  # an absolute path stays itself
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"{path.relative_to(ROOT)} is missing; pytest --update-golden writes it"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def browser() -> str:
    """Chromium; on a user's machine that has none the tests that need it are skipped, in CI they fail."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    return found
