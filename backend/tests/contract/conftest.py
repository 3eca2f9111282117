"""The S3 servers of this test process, started when a test asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.contract.s3_servers import Server, running


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server with every feature; it accepts any key."""
    with running("moto", tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def nanio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that checks signatures."""
    with running("nanio", tmp_path_factory.mktemp("nanio")) as server:
        yield server


@pytest.fixture
def bucket_name() -> str:
    """A name nobody has used."""
    return f"takes-{uuid4().hex[:12]}"
