"""Encode the bank after a change of its texts: `python -m app.services.interviews.planner.bank`."""

from __future__ import annotations

import sys

from app.services.interviews.planner.bank import write_vectors

if __name__ == "__main__":
    sys.stderr.write(f"{write_vectors().name} written\n")
