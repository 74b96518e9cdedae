"""Limits of the processes that work on files of others."""

from __future__ import annotations


def limit_process(memory: int, seconds: int) -> None:
    """Limit this process's memory in bytes and its seconds of work, where the system enforces that."""
    try:
        import resource  # noqa: PLC0415  (not on every system)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
