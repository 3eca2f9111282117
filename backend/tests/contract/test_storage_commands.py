"""`storage check`, `setup`, `move` and `doctor` as an operator runs them, against real S3 servers."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.cli import doctor
from app.core import config
from app.core.places import Bucket, Folder
from app.domain.errors import BadInput, Refused
from app.services.providers import bucket_setup, storage_move
from app.services.providers.objects import Store
from app.services.providers.s3 import StorageError
from tests.contract import s3_servers
from tests.contract.s3_servers import SECRET_KEY, Server

BACKEND = Path(__file__).parents[2]
RNG = random.Random(3)


def command(*arguments: str, **variables: str) -> tuple[int, dict[str, Any] | None, str]:
    """Exit status, JSON and messages of one command; no key may be in them."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith(("STORAGE_", "AWS_"))]:
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["app", *arguments])
        config.settings.cache_clear()
        try:
            with ThreadPoolExecutor(1) as thread:  # a command has an event loop of its own
                status = thread.submit(main).result()
        finally:
            config.settings.cache_clear()
    assert SECRET_KEY not in out.getvalue() + err.getvalue()
    return status, json.loads(out.getvalue()) if out.getvalue() else None, err.getvalue()


def test_check_says_that_all_is_well_and_leaves_nothing(nanio: Server, bucket_name: str) -> None:
    nanio.make(bucket_name)
    status, report, said = command("storage", "check", **nanio.settings(bucket_name))
    assert (status, report and report["ok"]) == (0, True), said
    assert "Contents" not in s3_servers.client(nanio.url).list_objects_v2(Bucket=bucket_name)


def test_check_notices_a_bucket_that_anybody_may_read(moto: Server, bucket_name: str) -> None:
    moto.make(bucket_name)  # moto answers without a key
    status, report, said = command("storage", "check", **moto.settings(bucket_name))
    assert (status, report) == (2, None)
    assert "Anybody can read the bucket without a key." in said
    assert "Contents" not in s3_servers.client(moto.url).list_objects_v2(Bucket=bucket_name)


def test_check_says_what_is_wrong_in_one_sentence(nanio: Server, bucket_name: str) -> None:
    right = nanio.settings(bucket_name)
    for change, status, sentence in (
        ({}, 1, "The bucket does not exist."),
        ({"STORAGE_SECRET_KEY": "wrong"}, 1, "The storage refuses the key."),
        ({"STORAGE_ENDPOINT": "http://127.0.0.1:9"}, 1, "The storage cannot be reached."),
        ({"STORAGE_ENDPOINT": "http://spaces.example"}, 2, "STORAGE_ENDPOINT must begin with https://."),
        ({"STORAGE_ACCESS_KEY": ""}, 2, "STORAGE_ACCESS_KEY must be set for a bucket."),
    ):
        got, report, said = command("storage", "check", **right | change)
        assert (got, report) == (status, None), said
        assert said.startswith(sentence), said
        assert said.count("\n") == 1


def test_amazons_names_of_the_settings_do_as_well(nanio: Server, bucket_name: str) -> None:
    nanio.make(bucket_name)
    own = nanio.settings(bucket_name)
    amazon = {
        "STORAGE_URL": own["STORAGE_URL"],
        "AWS_ENDPOINT_URL_S3": own["STORAGE_ENDPOINT"],
        "AWS_ACCESS_KEY_ID": own["STORAGE_ACCESS_KEY"],
        "AWS_SECRET_ACCESS_KEY": own["STORAGE_SECRET_KEY"],
    }
    assert command("storage", "check", **amazon)[0] == 0
    # What is meant for something else on the same machine is not used.
    strange = {"AWS_SESSION_TOKEN": "x", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_SKIP_SIGNATURE": "true"}
    assert command("storage", "check", **own | strange)[0] == 0


def test_setup_keeps_the_rules_of_others_and_may_be_repeated(moto: Server, bucket_name: str) -> None:
    moto.make(bucket_name)
    witness = s3_servers.client(moto.url)
    theirs = {"ID": "theirs", "AllowedMethods": ["GET"], "AllowedOrigins": ["https://other.example"]}
    witness.put_bucket_cors(Bucket=bucket_name, CORSConfiguration={"CORSRules": [theirs]})
    kept = {"ID": "kept", "Filter": {"Prefix": "backups/"}, "Status": "Enabled", "Expiration": {"Days": 400}}
    witness.put_bucket_lifecycle_configuration(Bucket=bucket_name, LifecycleConfiguration={"Rules": [kept]})
    for days in ("10", "30"):
        status, report, said = command(
            *("storage", "setup", "--origin", "https://rehearsal.example"),
            **moto.settings(bucket_name) | {"REHEARSAL_RETENTION_DAYS": days},
        )
        assert status == 0, said
    assert report is not None
    assert (report["expire_days"], report["private"]) == (32, ["acl: private", "policy: none set"])
    cors = {rule["ID"]: rule for rule in witness.get_bucket_cors(Bucket=bucket_name)["CORSRules"]}
    assert set(cors) == {"theirs", "rehearsal-page"}
    assert cors["rehearsal-page"]["AllowedOrigins"] == ["https://rehearsal.example"]
    assert cors["rehearsal-page"]["AllowedMethods"] == ["GET", "HEAD"]
    assert "ETag" in cors["rehearsal-page"]["ExposeHeaders"]
    rows = witness.get_bucket_lifecycle_configuration(Bucket=bucket_name)["Rules"]
    rules = {row["ID"]: row for row in rows}
    assert set(rules) == {"kept", "rehearsal-takes", "rehearsal-exports", "rehearsal-unfinished"}
    assert rules["rehearsal-takes"]["Expiration"] == {"Days": 32}
    assert _prefix(rules["rehearsal-takes"]) == "data/takes/"
    assert rules["rehearsal-unfinished"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rules["kept"]["Expiration"] == {"Days": 400}


def _prefix(rule: dict[str, Any]) -> str:
    return str(rule.get("Prefix", rule.get("Filter", {}).get("Prefix")))


@pytest.mark.parametrize("way", ["acl", "policy"])
async def test_setup_refuses_a_public_bucket(moto: Server, bucket_name: str, way: str) -> None:
    bucket, witness = moto.make(bucket_name), s3_servers.client(moto.url)
    await bucket_setup.refuse_public(bucket)
    if way == "acl":
        witness.put_bucket_acl(Bucket=bucket_name, ACL="public-read")
    else:
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
        policy = {"Version": "2012-10-17", "Statement": [statement | {"Resource": f"arn:aws:s3:::{bucket_name}/*"}]}
        witness.put_bucket_policy(Bucket=bucket_name, Policy=json.dumps(policy))
    with pytest.raises(Refused) as caught:
        await bucket_setup.refuse_public(bucket)
    assert caught.value.code == "storage_public"
    assert way in caught.value.message


def test_setup_says_what_the_storage_does_not_offer(nanio: Server, bucket_name: str) -> None:
    nanio.make(bucket_name)
    status, report, said = command(
        "storage", "setup", "--origin", "https://rehearsal.example", **nanio.settings(bucket_name)
    )
    assert (status, report) == (1, None)
    assert "The storage does not offer this." in said
    for origin in ("rehearsal.example", "https://rehearsal.example/page", "*"):
        status, _, said = command("storage", "setup", "--origin", origin, **nanio.settings(bucket_name))
        assert (status, said.split(".")[0]) == (2, "The origin must be scheme and host")


async def filled(store: Store) -> dict[str, bytes]:
    """Some objects of every size in a store."""
    sizes = (0, 1, 5_000, 300_000, 9_000_000)
    data = {f"takes/{number}/recording.webm": RNG.randbytes(size) for number, size in enumerate(sizes)}
    for key, content in data.items():
        await store.put_bytes(key, content)
    return data


async def contents(store: Store) -> dict[str, bytes]:
    """Everything a store has."""
    return {key: b"".join([part async for part in store.read(key, size)]) async for key, size in store.list()}


@pytest.mark.parametrize("direction", ["in", "out"])
async def test_move_in_both_directions(nanio: Server, bucket_name: str, tmp_path: Path, direction: str) -> None:
    nanio.make(bucket_name)
    folder, bucket = Folder(tmp_path / "store"), nanio.bucket(bucket_name, prefix="data")
    source, target = (folder, bucket) if direction == "in" else (bucket, folder)
    data = await filled(Store(source))
    own, addresses = nanio.settings(bucket_name), {folder: folder.path.as_uri(), bucket: f"s3://{bucket_name}/data"}
    own["STORAGE_URL"] = addresses[source]
    status, report, said = command("storage", "move", "--to", addresses[target], **own)
    assert (status, report and report["copied"], report and report["deleted"]) == (0, 5, 0), said
    assert await contents(Store(target)) == await contents(Store(source)) == data
    status, report, said = command("storage", "move", "--to", addresses[target], "--delete-source", **own)
    assert report is not None
    assert (status, report["skipped"], report["copied"], report["deleted"]) == (0, 5, 0, 5)
    assert await contents(Store(source)) == {}
    assert await contents(Store(target)) == data


async def test_move_repairs_what_is_not_equal(tmp_path: Path) -> None:
    source, target = Store(Folder(tmp_path / "a")), Store(Folder(tmp_path / "b"))
    data = await filled(source)
    await target.put_bytes("takes/2/recording.webm", bytes(5_000))  # the size is right, the bytes are not
    await target.put_bytes("takes/3/recording.webm", data["takes/3/recording.webm"][:100])
    moved = await storage_move.move(source, target, delete_source=False, tell=lambda _: None)
    assert (moved.copied, moved.skipped) == (5, 0)
    assert await contents(target) == data


async def test_move_deletes_nothing_when_a_copy_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = Store(Folder(tmp_path / "a")), Store(Folder(tmp_path / "b"))
    data = await filled(source)

    async def lose(key: str, chunks: Any) -> None:
        await Store.put_stream(target, key, chunks)
        if key == "takes/4/recording.webm":
            await target.delete(key)

    monkeypatch.setattr(target, "put_stream", lose)
    with pytest.raises(StorageError):
        await storage_move.move(source, target, delete_source=True, tell=lambda _: None)
    assert await contents(source) == data


async def test_a_move_that_is_killed_goes_on(nanio: Server, bucket_name: str, tmp_path: Path) -> None:
    nanio.make(bucket_name)
    folder, store = Folder(tmp_path / "store"), Store(nanio.bucket(bucket_name, prefix="data"))
    data = await filled(Store(folder))
    for number in range(40):
        data[f"takes/x/{number}"] = RNG.randbytes(60_000)
        await Store(folder).put_bytes(f"takes/x/{number}", data[f"takes/x/{number}"])
    arguments = [sys.executable, "-m", "app", "storage", "move", "--to", f"s3://{bucket_name}/data", "--delete-source"]
    own = os.environ | nanio.settings(bucket_name) | {"STORAGE_URL": folder.path.as_uri()}
    process = subprocess.Popen(arguments, cwd=BACKEND, env=own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while process.poll() is None and not [key async for key, _ in store.list()]:
        pass
    process.kill()
    process.communicate()
    assert process.returncode < 0, "it was faster than the test"
    assert await contents(Store(folder)) == data  # nothing is deleted before everything is there
    done = subprocess.run(arguments, cwd=BACKEND, env=own, capture_output=True, check=True)
    report = json.loads(done.stdout)
    assert report["skipped"] >= 1
    assert report["copied"] + report["skipped"] == report["deleted"] == len(data)
    assert await contents(store) == data
    assert await contents(Store(folder)) == {}


@pytest.mark.parametrize("to", ["/tmp/x", "ftp://x/y", "s3://", "s3://Bucket", "s3://b/../c", "file://host/x"])
def test_move_refuses_bad_places(tmp_path: Path, to: str) -> None:
    status, report, said = command("storage", "move", "--to", to, STORAGE_URL=tmp_path.as_uri())
    assert (status, report, said.count("\n")) == (2, None, 1)


def test_move_refuses_places_that_overlap(moto: Server, tmp_path: Path) -> None:
    whole, part = moto.bucket("takes"), moto.bucket("takes", prefix="a/b")
    for first, second in (
        (whole, whole),
        (whole, part),
        (part, whole),
        (moto.bucket("takes", prefix="a"), part),
        (Folder(tmp_path), Folder(tmp_path / "x")),
    ):
        with pytest.raises(BadInput):
            storage_move.check_apart(first, second)
    for first, second in (
        (moto.bucket("takes", prefix="a"), moto.bucket("takes", prefix="ab")),
        (whole, moto.bucket("other")),
        (Folder(tmp_path / "a"), Folder(tmp_path / "ab")),
        (whole, Folder(tmp_path)),
    ):
        storage_move.check_apart(first, second)


def test_doctor_shows_the_storage(nanio: Server, bucket_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nanio.make(bucket_name)

    def finding(**change: str) -> doctor.Check:
        for name, value in (nanio.settings(bucket_name) | change).items():
            monkeypatch.setenv(name, value)
        config.settings.cache_clear()
        return next(check for check in doctor._services() if check.id == "storage")

    try:
        good = finding()
        assert (good.state, good.detail) == (
            "ok",
            f"configured by STORAGE_URL: {bucket_name}/data at 127.0.0.1:{nanio.port} answers",
        )
        assert "refuses the key" in finding(STORAGE_SECRET_KEY="wrong").detail
        assert finding(STORAGE_ENDPOINT="http://127.0.0.1:9").state == "missing"
        assert "STORAGE_URL must begin" in finding(STORAGE_URL="gs://bucket").detail
    finally:
        config.settings.cache_clear()


def test_the_system_does_not_start_with_a_storage_that_will_not_do(
    nanio: Server, bucket_name: str, tmp_path: Path
) -> None:
    data = {"REHEARSAL_DATA": str(tmp_path)}
    status, _, said = command("up", **nanio.settings(bucket_name) | data)
    assert (status, said.split(".")[0]) == (2, "The bucket does not exist")
    status, _, said = command("up", **nanio.settings(bucket_name) | data | {"STORAGE_ENDPOINT": "fra1"})
    assert (status, said.split(".")[0]) == (2, "STORAGE_ENDPOINT must be the address of a server")


def test_a_bucket_never_shows_its_keys(nanio: Server) -> None:
    bucket: Bucket = nanio.bucket("takes")
    assert SECRET_KEY not in f"{bucket} {bucket!r}"
