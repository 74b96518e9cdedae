"""``python -m tracepack``."""

from tracepack.cli import main

if __name__ == "__main__":
    main()
