"""Large work without the search for reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """No search for reference cycles while an import runs or books are written.

    Both make millions of small values and no cycle among them that matters: reference counts free what is no longer
    needed, while the collector would look through all of it again and again, for more than a third of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
