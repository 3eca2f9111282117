"""docker-compose.yml: everything on one machine by one command. (By its name it runs before the larger stack.)"""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
import pytest

from tests.containers.conftest import Stack, start, until
from tests.containers.engine import ROOT, Engine
from tests.drills.client import Candidate
from tests.drills.conftest import POSTING
from tests.e2e.system import free_port

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]

ANSWER = (
    "Last winter our deliveries kept going out late. I was the shift lead, so I walked the route with a stopwatch. "
    "I saw that two pickers waited for the same pallet jack. I borrowed a second one. "
    "As a result, late departures fell from nine a week to one."
)


def _only_this_machine(stack: Stack) -> None:
    published = {
        (binding["HostIp"], port)
        for name in stack.running()
        for port, bindings in (stack.state(name)["NetworkSettings"]["Ports"] or {}).items()
        for binding in bindings or ()
    }
    assert published == {("127.0.0.1", "8080/tcp")}


def test_one_command_is_enough(engine: Engine) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="rh-alone-") as folder:
        stack = start(engine, ROOT / "docker-compose.yml", Path(folder), "rehearsal-alone", {"PORT": str(port)})
        try:
            url = f"http://localhost:{port}"
            try:
                until("ready", lambda: httpx.get(f"{url}/readyz", timeout=5).status_code == 200)
            except TimeoutError:
                pytest.fail(f"it does not become ready\n{stack.logs()}")
            _only_this_machine(stack)
            person = Candidate(url)
            assert person.call("GET", "/system")["mode"] == "personal"
            interview = person.plan(POSTING.read_text(encoding="utf-8"), count=3, mode="typed")
            take = person.type(interview["questions"][0]["id"], ANSWER)
            stages = person.wait_until_ended(take)
            assert stages["grade"]["state"] == "done"
            page = httpx.get(url)
            assert "Strict-Transport-Security" not in page.headers, "it would break other things on this machine"
            assert '<div id="root">' in page.text

            # Stopped and started again, it has the same keys and the same data.
            stack.compose("down")
            stack.compose("up", "-d", "--no-build")
            until("ready again", lambda: httpx.get(f"{url}/readyz", timeout=5).status_code == 200)
            report = person.call("GET", f"/interviews/{interview['id']}/report")
            assert report["answers"][0]["grade"]["overall"] is not None
        finally:
            stack.compose("down", "-v")
