"""Vectors are made on one thread, as in the program: more are slower when the machine has other work."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
