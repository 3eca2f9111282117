"""One behaviour of three stores: a folder, an S3 with all features (moto), an S3 that checks signatures (nanio)."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from app.core.places import Bucket, Folder, Place
from app.domain.errors import NotFound
from app.services.providers import objects, s3
from app.services.providers.objects import PART_BYTES, Store
from app.services.providers.s3 import StorageError
from tests.contract import s3_servers
from tests.contract.s3_servers import Server

KINDS = ("folder", "moto", "nanio")
BIG = random.Random(7).randbytes(2 * PART_BYTES + 12_345)


def place_of(kind: str, request: pytest.FixtureRequest, tmp_path: Path, name: str) -> Place:
    """An empty store."""
    if kind == "folder":
        return Folder(tmp_path / "store")
    server: Server = request.getfixturevalue(kind)
    server.make(name)
    return server.bucket(name, prefix="some/prefix")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path, bucket_name: str) -> Place:
    """Each kind in turn."""
    return place_of(request.param, request, tmp_path, bucket_name)


@pytest.fixture
def store(place: Place) -> Store:
    """A store there."""
    return Store(place)


@pytest.fixture(params=["moto", "nanio"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path, bucket_name: str) -> Bucket:
    """Each bucket in turn."""
    place = place_of(request.param, request, tmp_path, bucket_name)
    assert isinstance(place, Bucket)
    return place


async def pieces(data: bytes, size: int = 1_000_000) -> AsyncIterator[bytes]:
    """Bytes as they arrive."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def whole(store: Store, key: str) -> bytes:
    """An object as it is read back."""
    size, _ = await store.describe(key)
    return b"".join([data async for data in store.read(key, size)])


async def keys(store: Store, prefix: str = "") -> list[str]:
    """What is there."""
    return sorted([key async for key, _ in store.list(prefix)])


@pytest.mark.parametrize("size", [0, 1, 12_000, PART_BYTES, PART_BYTES + 1, len(BIG)])
async def test_what_is_written_is_read(store: Store, tmp_path: Path, size: int) -> None:
    data = BIG[:size]
    path = tmp_path / "file"
    path.write_bytes(data)
    await store.put_stream("takes/a b/é+1", pieces(data))
    await store.put_file("takes/file", path)
    await store.put_bytes("takes/bytes", data)
    for key in ("takes/a b/é+1", "takes/file", "takes/bytes"):
        assert hashlib.sha256(await whole(store, key)).digest() == hashlib.sha256(data).digest()
    assert [size async for _, size in store.list()] == [size] * 3


async def test_ranges(store: Store) -> None:
    await store.put_bytes("a", BIG[:10_000])
    for start, end in ((0, 1), (9_999, 10_000), (0, 10_000), (5, 5), (3_000, 7_001)):
        assert await store.read_range("a", start, end) == BIG[start:end]


@pytest.mark.parametrize("span", [(0, 11), (10, 12), (500, 600)])
async def test_a_range_beyond_the_end_is_an_error_never_other_bytes(store: Store, span: tuple[int, int]) -> None:
    await store.put_bytes("a", b"0123456789")
    with pytest.raises(StorageError):
        await store.read_range("a", *span)


async def test_entity_tags_tell_versions_apart(store: Store) -> None:
    await store.put_bytes("a", b"one")
    first = await store.describe("a")
    assert first == await store.describe("a")
    await store.put_bytes("a", b"two")
    second = await store.describe("a")
    assert (first[0], second[0]) == (3, 3)
    assert first[1] != second[1]
    assert '"' not in first[1]


async def test_what_is_not_there(store: Store) -> None:
    for reading in (store.describe("nothing"), store.read_range("nothing", 0, 1)):
        with pytest.raises(NotFound) as caught:
            await reading
        assert caught.value.code == "file_gone"
    await store.delete("nothing")
    await store.delete_prefix("nothing/")
    assert await keys(store, "nothing/") == []


class Stopped(Exception):
    """What the sender of a test says."""


@pytest.mark.parametrize("after", [0, 3, 20])
async def test_a_stream_that_stops_leaves_nothing(store: Store, place: Place, after: int) -> None:
    async def stopping() -> AsyncIterator[bytes]:
        for number in range(after):
            yield BIG[number * 1_000_000 : (number + 1) * 1_000_000]
        raise Stopped

    with pytest.raises(Stopped):
        await store.put_stream("a", stopping())
    assert await keys(store) == []
    if isinstance(place, Bucket):
        assert s3_servers.client(place.endpoint).list_multipart_uploads(Bucket=place.name).get("Uploads", []) == []


async def test_a_prefix_is_deleted_and_its_neighbours_stay(store: Store) -> None:
    for key in ("takes/1/a", "takes/1/b/c", "takes/12/a", "takes/1x", "speech/1/a"):
        await store.put_bytes(key, b"x")
    await store.delete_prefix("takes/1/")
    assert await keys(store) == ["speech/1/a", "takes/12/a", "takes/1x"]
    assert await keys(store, "takes/") == ["takes/12/a", "takes/1x"]
    await store.delete("takes/1x")
    assert await keys(store, "takes/") == ["takes/12/a"]


async def test_a_prefix_with_more_objects_than_one_answer_lists(moto: Server, bucket_name: str) -> None:
    store = Store(moto.make(bucket_name))
    for hundred in range(0, 1100, 100):
        await asyncio.gather(*(store.put_bytes(f"takes/1/{hundred + number:04d}", b"") for number in range(100)))
    assert len(await keys(store, "takes/1/")) == 1100
    await store.delete_prefix("takes/1/")
    assert await keys(store) == []


async def test_what_a_killed_write_left_in_a_folder_goes_with_its_prefix(tmp_path: Path) -> None:
    store = Store(Folder(tmp_path))
    await store.put_bytes("takes/1/a", b"x")
    (tmp_path / "takes/1/b#1").write_bytes(b"half a recording")
    assert await keys(store) == ["takes/1/a"]
    await store.delete_prefix("takes/1/")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_unfinished_uploads_are_aborted_when_they_are_old(bucket: Bucket, request: pytest.FixtureRequest) -> None:
    witness, store = s3_servers.client(bucket.endpoint), Store(bucket)
    for key in ("some/prefix/takes/1", "some/prefix/takes/2", "other/1"):
        witness.create_multipart_upload(Bucket=bucket.name, Key=key)

    def unfinished() -> list[str]:
        return [row["Key"] for row in witness.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])]

    await store.clean()
    if "moto" not in request.node.name:  # whose uploads all began in 2010
        assert len(unfinished()) == 3
    await store.clean(older_than=timedelta(seconds=-60))
    assert unfinished() == ["other/1"]


async def test_objects_carry_what_a_browser_needs(bucket: Bucket) -> None:
    await Store(bucket).put_bytes("a.webm", b"x")
    head = s3_servers.client(bucket.endpoint).head_object(Bucket=bucket.name, Key="some/prefix/a.webm")
    assert (head["ContentType"], head["CacheControl"]) == ("video/webm", "private, no-cache")


async def test_encryption_is_asked_for(moto: Server, bucket_name: str) -> None:
    made = moto.make(bucket_name)
    asking = Bucket(made.name, "", made.endpoint, made.region, made.access_key, made.secret_key, "AES256")
    store = Store(asking)
    await store.put_bytes("small", b"x")
    await store.put_stream("parts", pieces(BIG))
    for key in ("small", "parts"):
        head = s3_servers.client(moto.url).head_object(Bucket=bucket_name, Key=key)
        assert head["ServerSideEncryption"] == "AES256"


async def test_a_signed_address_is_good_for_a_while_and_for_one_object(
    nanio: Server, bucket_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(nanio.make(bucket_name))
    await store.put_bytes("a b.webm", b"0123456789")
    address = await store.sign("a b.webm")
    monkeypatch.setattr(objects, "SIGNED_FOR", timedelta(seconds=-1))
    async with httpx.AsyncClient(trust_env=False) as http:
        good = await http.get(address, headers={"Range": "bytes=2-4"})
        assert (good.status_code, good.content, good.headers["content-type"]) == (206, b"234", "video/webm")
        assert "X-Amz-Expires=300" in address
        assert (await http.get(address.replace("a%20b", "b"))).status_code == 403
        assert (await http.get(address.split("?")[0])).status_code == 403
        assert (await http.put(address, content=b"other")).status_code == 403
    assert await whole(store, "a b.webm") == b"0123456789"


async def test_a_wrong_key(nanio: Server, bucket_name: str) -> None:
    nanio.make(bucket_name)
    store = Store(nanio.bucket(bucket_name, secret="another-secret"))
    for work in (
        store.put_bytes("a", b"x"),
        store.put_stream("a", pieces(BIG)),
        store.describe("a"),
        store.read_range("a", 0, 1),
        store.delete("a"),
        store.delete_prefix("a/"),
        store.clean(),
        keys(store),
    ):
        with pytest.raises(StorageError) as caught:
            await work
        assert (caught.value.code, caught.value.retryable, caught.value.status) == ("storage_key", False, 503)
        assert "another-secret" not in repr(caught.value.args) + str(caught.value.hint)


async def test_a_bucket_that_does_not_exist(bucket: Bucket) -> None:
    missing = Bucket("missing-bucket", "", bucket.endpoint, "us-east-1", bucket.access_key, bucket.secret_key, None)
    store = Store(missing)
    for work in (
        store.put_bytes("a", b"x"),
        store.put_stream("a", pieces(BIG)),
        store.describe("a"),
        store.read_range("a", 0, 1),
        store.delete("a"),
        store.delete_prefix("a/"),
        keys(store),
        s3.read_setting(missing, "cors"),
    ):
        with pytest.raises(StorageError) as caught:
            await work
        assert (caught.value.code, caught.value.message) == ("storage_refused", "The bucket does not exist.")


class Machine(RuleBasedStateMachine):
    """Any sequence of writes, reads and deletions agrees with a dictionary."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.store, self.model = Store(self.place), {}
        self.model: dict[str, bytes] = {}
        _run(self.store.delete_prefix("m/"))

    names = st.sampled_from(["m/1/a", "m/1/b/c", "m/12/a", "m/é", "m/a b", "m/#a"])

    @rule(key=names, data=st.binary(max_size=300))
    def put(self, key: str, data: bytes) -> None:
        """Write or overwrite."""
        _run(self.store.put_stream(key, pieces(data, 7)))
        self.model[key] = data

    @rule(key=names, ends=st.tuples(st.integers(0, 300), st.integers(0, 300)))
    def read(self, key: str, ends: tuple[int, int]) -> None:
        """Any range inside, or the news that there is nothing."""
        if key not in self.model:
            with pytest.raises(NotFound):
                _run(self.store.describe(key))
            return
        data = self.model[key]
        start, end = sorted(min(end, len(data)) for end in ends)
        assert _run(self.store.describe(key))[0] == len(data)
        assert _run(self.store.read_range(key, start, end)) == data[start:end]

    @rule(key=names)
    def delete(self, key: str) -> None:
        """One object."""
        _run(self.store.delete(key))
        self.model.pop(key, None)

    @rule()
    def delete_prefix(self) -> None:
        """A prefix that is the begin of another's name."""
        _run(self.store.delete_prefix("m/1/"))
        self.model = {key: data for key, data in self.model.items() if not key.startswith("m/1/")}

    @invariant()
    def same(self) -> None:
        """What is listed is what was written."""
        assert _run(keys(self.store, "m/")) == sorted(self.model)


def _run(work):  # type: ignore[no-untyped-def]
    return asyncio.run(work)


@pytest.mark.parametrize("kind", KINDS)
def test_any_sequence_agrees_with_a_dictionary(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, bucket_name: str
) -> None:
    place = place_of(kind, request, tmp_path, bucket_name)
    machine = type("Machine", (Machine,), {"place": place})
    limits = example_settings(
        max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=limits)
