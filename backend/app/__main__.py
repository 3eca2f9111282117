"""`python -m app`: the whole system, and its core without the web."""

from __future__ import annotations

import sys


def main() -> int:
    from app.supervisor.system import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
