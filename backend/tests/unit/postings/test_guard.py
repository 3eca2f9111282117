"""The fetch guard: what it refuses without opening a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[3]

FORBIDDEN = [
    # loopback in every spelling
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    # IPv4 inside IPv6
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1:0:0:80ff:fffe]/",
    # metadata services
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/",
    "http://[::ffff:169.254.169.254]/",
    # private and special networks
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    # tricks with the text of an address
    "http://user:secret@jobs.test/",
    "http://jobs.test@127.0.0.1/",
    "file:///etc/passwd",
    "gopher://jobs.test/",
    "ftp://jobs.test/",
    "http://jobs.test:22/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://jobs.test\\@127.0.0.1/",
    "http://127.0.0.1%00.jobs.test/",
    "http://jobs.test\t.127.0.0.1/",
    # DNS answers
    "http://metadata.test/",
    "http://private.test/",
    "http://mixed.test/",
    "http://unique-local.test/",
    "http://nat64.test/",
]
CODES = {"url_forbidden_address", "url_scheme", "url_invalid"}


@pytest.fixture(scope="module")
def outcome() -> dict[str, object]:
    program = Path(__file__).with_name("guard_subprocess.py")
    environment = {**os.environ, "PYTHONPATH": str(BACKEND)}
    result = subprocess.run(
        [sys.executable, str(program)],
        input=json.dumps([*FORBIDDEN, "http://jobs.test/"]),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        cwd=BACKEND,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout)


def test_the_list_is_long_enough() -> None:
    assert len(set(FORBIDDEN)) >= 48


@pytest.mark.parametrize("url", FORBIDDEN)
def test_refuses_with_its_code_and_opens_no_socket(url: str, outcome: dict[str, object]) -> None:
    decided, told = outcome["report"][url]  # type: ignore[index]
    assert decided != "permitted"
    assert told in CODES


def test_schemes_have_their_own_code(outcome: dict[str, object]) -> None:
    report = outcome["report"]
    assert {report[url][1] for url in FORBIDDEN if url.startswith(("file:", "gopher:", "ftp:"))} == {"url_scheme"}  # type: ignore[index]
    assert report["http://169.254.169.254/latest/meta-data/"][1] == "url_forbidden_address"  # type: ignore[index]


def test_the_fence_was_reached_only_by_the_one_permitted_address(outcome: dict[str, object]) -> None:
    """The control: a public answer passes policy and resolution, and only then does the fence stop the connection."""
    decided, told = outcome["report"]["http://jobs.test/"]  # type: ignore[index]
    assert decided == "permitted"
    assert told == "url_unreachable"
    assert set(outcome["opened"]) == {"socket.connect"}  # type: ignore[arg-type]
    assert len(outcome["opened"]) <= 3  # type: ignore[arg-type]
