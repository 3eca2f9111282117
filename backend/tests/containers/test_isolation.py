"""What the containers may and may not do."""

from __future__ import annotations

import pytest

from tests.containers.conftest import Stack, until

pytestmark = [pytest.mark.containers, pytest.mark.timeout(600)]


def test_everything_runs_and_is_healthy(stack: Stack) -> None:
    expected = {
        *(stack.name(name) for name in ("web", "api-1", "api-2", "beat", "flows", "postgres", "valkey")),
        *(stack.name(f"worker-{name}") for name in ("interactive", "media", "vision", "listening", "cloud")),
        stack.name("worker-media", 2),
    }
    assert set(stack.running()) == expected
    assert stack.state(stack.name("migrate"))["State"]["ExitCode"] == 0
    for name in expected - {stack.name("valkey")}:
        until(name, lambda name=name: stack.healthy(name))


@pytest.mark.parametrize("service", ["web", "api-1", "worker-media", "beat", "flows", "postgres", "valkey"])
def test_nobody_is_root_and_nothing_can_be_changed(stack: Stack, service: str) -> None:
    name = stack.name(service)
    assert stack.execute(name, "id", "-u").strip() == ("999" if service in ("postgres", "valkey") else "10001")
    status = stack.execute(name, "cat", "/proc/1/status")
    kept = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith(("Cap", "NoNew"))}
    assert {kept[part] for part in ("CapPrm", "CapEff", "CapBnd")} == {"0" * 16}
    assert kept["NoNewPrivs"] == "1"
    root = next(line for line in stack.execute(name, "cat", "/proc/mounts").splitlines() if line.split()[1] == "/")
    assert root.split()[3].split(",")[0] == "ro"


def test_flows_database_and_queue_have_no_way_out(stack: Stack) -> None:
    def routes(service: str) -> list[str]:
        lines = stack.execute(stack.name(service), "cat", "/proc/net/route").splitlines()[1:]
        return [line.split()[1] for line in lines]

    for service in ("flows", "postgres", "valkey"):
        assert routes(service)
        assert "00000000" not in routes(service), "a default route"
    assert "00000000" in routes("api-1")


def test_the_flow_server_knows_two_keys_and_no_address_of_ours(stack: Stack) -> None:
    name = stack.name("flows")
    assert sorted(stack.execute(name, "ls", "/run/secrets").split()) == ["gateway_key", "langflow_api_key"]
    names = {part.split("=")[0] for part in stack.execute(name, "cat", "/proc/1/environ").split("\0")}
    assert not {one for one in names if "DATABASE" in one or "REDIS" in one or "SECRET_KEY" in one}


def test_no_secret_is_in_a_log_or_in_what_the_engine_shows(stack: Stack) -> None:
    secrets = {path.read_text().strip() for path in (stack.file.parent / "secrets").iterdir()} - {""}
    assert len(secrets) >= 6
    for name in stack.running():
        said = stack.engine.podman("logs", name) + str(stack.state(name))
        assert not [secret for secret in secrets if secret in said], name
