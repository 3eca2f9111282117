"""One running system for all drills: what they leave in it is part of the drill."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.client import Candidate
from tests.e2e import media
from tests.e2e.system import BACKEND, RunningSystem

POSTING = BACKEND / "tests" / "fixtures" / "postings" / "warehouse.txt"


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a face and a read answer; REHEARSAL_E2E_MEDIA names one that is kept."""
    folder = Path(os.environ.get("REHEARSAL_E2E_MEDIA") or tmp_path_factory.mktemp("media"))
    media.write_all(folder)
    return folder


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    with RunningSystem(tmp_path_factory.mktemp("drill") / "d") as running:
        yield running


@pytest.fixture(scope="session")
def candidate(system: RunningSystem) -> Candidate:
    return Candidate(system.url)
