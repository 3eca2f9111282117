"""The grading tests share their material and need the sentence vectors and the word-order counts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _word_order_counts(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Build the counts once where `make setup` has not done so yet."""
    from app.services.grading.rubric import build_counts, gates
    from app.utils.paths import models_dir

    if not gates.counts_path().exists():
        esco = models_dir() / "esco"
        if not esco.exists():
            pytest.fail("the model parts are not assembled: run `make setup`")
        built = tmp_path_factory.mktemp("grading") / "word_order.json.gz"
        build_counts(esco, built)
        built.replace(_made(gates.counts_path()))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
