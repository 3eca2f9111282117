"""Every way a storage can fail has a code, and nothing of what the server said goes further."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.core.places import Bucket, Folder
from app.domain.errors import NotFound
from app.services.providers import objects, s3
from app.services.providers.objects import PART_BYTES, Store
from app.services.providers.s3 import StorageError
from tests.contract.s3_faults import faulty
from tests.contract.s3_servers import Server, running

OPERATIONS: dict[str, Callable[[Store], Awaitable[object]]] = {
    "put": lambda store: store.put_bytes("a", b"x"),
    "put in parts": lambda store: store.put_stream("a", _stream()),
    "describe": lambda store: store.describe("a"),
    "read": lambda store: store.read_range("a", 0, 1000),
    "list": lambda store: _listed(store),
    "delete": lambda store: store.delete("a"),
    "delete prefix": lambda store: store.delete_prefix("a/"),
    "setting": lambda store: s3.read_setting(_bucket_of(store), "cors"),
    "clean": lambda store: store.clean(),
}
FAULTS = {
    "401 AccessDenied": ("storage_key", False),
    "403 SignatureDoesNotMatch": ("storage_key", False),
    "403 RequestTimeTooSkewed": ("storage_key", False),
    "400 InvalidRequest": ("storage_refused", False),
    "404 NoSuchBucket": ("storage_refused", False),
    "409 OperationAborted": ("storage_refused", False),
    "429 TooManyRequests": ("storage_rate", True),
    "500 InternalError": ("storage_busy", True),
    "503 SlowDown": ("storage_busy", True),
    "502": ("storage_busy", True),
    "cut": (("storage_unreachable", "storage_garbled", "storage_timeout"), True),
    "reset": (("storage_unreachable", "storage_garbled"), True),
    "not http": (("storage_unreachable", "storage_garbled"), True),
    "hang": ("storage_timeout", True),
    "hang in body": (("storage_timeout", "storage_garbled", "storage_unreachable"), True),
    "page": ("storage_garbled", True),
}


def _bucket_of(store: Store) -> Bucket:
    assert isinstance(store.place, Bucket)
    return store.place


async def _stream() -> AsyncIterator[bytes]:
    yield bytes(PART_BYTES)
    yield bytes(1000)


async def _listed(store: Store) -> None:
    async for _ in store.list("a/"):
        pass


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits."""
    short = timedelta(milliseconds=10)
    monkeypatch.setattr(objects, "REQUEST_TIMEOUT", timedelta(seconds=0.3))
    monkeypatch.setattr(s3, "TIMEOUT_S", 0.3)
    backoff = {"init_backoff": short, "max_backoff": short, "base": 2}
    monkeypatch.setattr(objects, "_RETRIES", objects._RETRIES | {"max_retries": 1, "backoff": backoff})


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_failure_has_a_code(impatient: None, fault: str) -> None:
    codes, retryable = FAULTS[fault]
    with faulty(fault) as url:
        bucket = Bucket("takes", "", url, "us-east-1", SecretStr("id"), SecretStr("s3cr3t"), None)
        for name, work in OPERATIONS.items():
            with pytest.raises(StorageError) as caught:
                await work(Store(bucket))
            error = caught.value
            assert error.code in ([codes] if isinstance(codes, str) else codes), name
            assert (error.retryable, error.status, error.provider) == (retryable, 503, "storage"), name
            assert error.__cause__ is None, name
            assert error.__suppress_context__ or error.__context__ is None, name
            for secret in ("s3cr3t", "secret words", url):
                assert secret not in f"{error.message} {error.hint}", name


async def test_a_place_that_answers_404_to_everything_is_no_empty_store(impatient: None) -> None:
    with faulty("404") as url:
        store = Store(Bucket("takes", "", url, "us-east-1", SecretStr("id"), SecretStr("s3cr3t"), None))
        for work in (store.put_bytes("a", b"x"), store.put_stream("a", _stream()), store.delete("a"), _listed(store)):
            with pytest.raises(StorageError) as caught:
                await work
            assert caught.value.code == "storage_refused"
        with pytest.raises(NotFound):
            await store.describe("a")


async def test_nobody_listens(impatient: None) -> None:
    store = Store(Bucket("takes", "", "http://127.0.0.1:9", "us-east-1", SecretStr("id"), SecretStr("x"), None))
    for name, work in OPERATIONS.items():
        with pytest.raises(StorageError) as caught:
            await work(store)
        assert (caught.value.code, caught.value.retryable) == ("storage_unreachable", True), name


async def test_a_server_that_hangs_and_one_that_dies_come_back(impatient: None, tmp_path: Path) -> None:
    with running("nanio", tmp_path) as server:
        server.make("takes")
        store = Store(server.bucket("takes"))
        await store.put_bytes("a", b"before")
        for fault, code in (("pause", "storage_timeout"), ("stop", "storage_unreachable")):
            _break(server, fault)
            for work in (store.put_bytes("a", b"meanwhile"), store.read_range("a", 0, 6)):
                with pytest.raises(StorageError) as caught:
                    await work
                assert caught.value.code == code
            _mend(server, fault)
            assert (await store.describe("a"))[0] in (6, 9)  # what hung may have been written after all
            await store.put_bytes("a", b"before")
            assert await store.read_range("a", 0, 6) == b"before"


def _break(server: Server, fault: str) -> None:
    if fault == "pause":
        server.pause()
    else:
        server.stop()


def _mend(server: Server, fault: str) -> None:
    if fault == "pause":
        server.pause(again=True)
    else:
        server.start()


async def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(StorageError) as caught:
        Store(Folder(tmp_path / "file" / "store"))
    assert (caught.value.code, caught.value.retryable) == ("storage_refused", False)
    store = Store(Folder(tmp_path / "store"))
    (tmp_path / "store" / "takes").write_bytes(b"in the way")
    with pytest.raises(StorageError):
        await store.put_bytes("takes/1", b"x")


def test_a_full_disk_says_so() -> None:
    error = objects._translated(OSError(28, "No space left on device"))
    assert isinstance(error, StorageError)
    assert (error.code, error.retryable) == ("storage_full", True)
