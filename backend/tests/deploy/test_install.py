"""The scripts of a Droplet, run with programs in place of ufw, systemctl, docker and certbot that note each call."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools import ocean

NOTED = ("ufw", "systemctl", "docker", "chown", "certbot", "git")
SETTINGS = {
    "DOMAIN": "rehearsal.example",
    "EMAIL": "admin@rehearsal.example",
    "REPOSITORY": "https://git.example/rehearsal.git",
    "VERSION": "v1.0.0",
    "ROLE": "single",
    "CALLERS": "",
}


class Droplet:
    """A checkout in a folder, with settings and programs of its own."""

    def __init__(self, root: Path) -> None:
        self.root, self.deploy = root, root / "rehearsal" / "deploy"
        shutil.copytree(
            ocean.ROOT / "deploy", self.deploy, ignore=shutil.ignore_patterns("secrets", ".terraform", "tls")
        )
        (root / "units").mkdir()
        (root / "bin").mkdir()
        for name in NOTED:
            program = root / "bin" / name
            program.write_text(f"#!/bin/sh\necho {name} \"$@\" >> '{root}/calls'\n")
            program.chmod(0o755)
        self.configure()

    def configure(self, **changes: str) -> None:
        lines = [f"{name}={value}" for name, value in (SETTINGS | changes).items()]
        (self.root / "install.env").write_text("\n".join(lines) + "\n")

    def run(self, script: str, *arguments: str) -> tuple[int, str]:
        """Exit status and all output of one of the scripts."""
        (self.root / "calls").write_text("")
        done = subprocess.run(
            ["sh", str(self.deploy / "digitalocean" / script), *arguments],
            env={
                "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
                "INSTALL_ENV": str(self.root / "install.env"),
                "UNITS": str(self.root / "units"),
                "LETSENCRYPT": str(self.root / "letsencrypt"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def calls(self) -> list[str]:
        """How the programs were called."""
        return (self.root / "calls").read_text().replace(f"{self.deploy}/", "").splitlines()


@pytest.fixture
def droplet(tmp_path: Path) -> Droplet:
    return Droplet(tmp_path)


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the scripts are for Linux")
COMPOSE = "docker compose -f docker-compose.prod.yml"


def test_one_droplet(droplet: Droplet) -> None:
    status, said = droplet.run("install.sh")
    assert status == 0, said
    calls = droplet.calls
    assert f"{COMPOSE} up -d --build --remove-orphans" in calls
    assert {"ufw limit 22/tcp", "ufw allow 80/tcp", "ufw allow 443/tcp", "ufw --force enable"} <= set(calls)
    assert "systemctl enable --now rehearsal-certificate.timer" in calls
    settings = (droplet.deploy / ".env").read_text().splitlines()
    assert settings == ["DOMAIN=rehearsal.example", "VERSION=v1.0.0", "COMPOSE_PROFILES=local"]
    assert stat.S_IMODE((droplet.deploy / "secrets").stat().st_mode) == 0o700
    keys = {path.name: path.read_text() for path in (droplet.deploy / "secrets").iterdir()}
    assert len(keys["secret_key"].strip()) >= 48
    assert not [name for name, key in keys.items() if key.strip() and key.strip() in said]

    status, said = droplet.run("install.sh")  # again: nothing that is there changes
    assert status == 0, said
    assert {path.name: path.read_text() for path in (droplet.deploy / "secrets").iterdir()} == keys
    assert (droplet.deploy / ".env").read_text().splitlines() == settings


@pytest.mark.parametrize("role", ["front", "worker"])
def test_one_of_several_waits_for_its_keys(droplet: Droplet, role: str) -> None:
    droplet.configure(ROLE=role, CALLERS="10.47.0.0/20")
    status, said = droplet.run("install.sh")
    assert status == 0, said
    assert f"{COMPOSE} build" in droplet.calls
    assert not [call for call in droplet.calls if " up " in call]
    assert not (droplet.deploy / "secrets" / "secret_key").exists()

    (droplet.deploy / "secrets" / "complete").touch()
    status, said = droplet.run("install.sh")
    assert status == 0, said
    (started,) = [call.split() for call in droplet.calls if " up " in call]
    assert "beat" not in started
    if role == "front":
        assert started[5] == "digitalocean/front.yml"
        assert {"web", "api-1", "api-2", "flows", "migrate"} <= set(started)
        written = (droplet.deploy / "nginx.local" / "load-balancer.conf").read_text()
        assert "set_real_ip_from 10.47.0.0/20;" in written
        assert "@" not in written
        (droplet.deploy / "secrets" / "beat").touch()
        droplet.run("install.sh")
        assert [call for call in droplet.calls if " up " in call and call.endswith(" beat")]
    else:
        assert {"worker-interactive", "worker-media", "worker-vision", "worker-listening", "worker-cloud"} < set(
            started
        )
        assert "web" not in started
        assert not [call for call in droplet.calls if call.startswith("ufw allow")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOMAIN", "'rehearsal.example;rm'"),
        ("DOMAIN", "@DOMAIN@"),
        ("DOMAIN", '"a.example\nb.example; x"'),
        ("EMAIL", "nobody"),
        ("VERSION", "'v1 --upload-pack=x'"),
        ("ROLE", "all"),
        ("CALLERS", "'any;'"),
    ],
)
def test_settings_that_cannot_be(droplet: Droplet, name: str, value: str) -> None:
    droplet.configure(**{name: value})
    status, said = droplet.run("install.sh")
    assert (status, name in said) == (1, True), said
    assert droplet.calls == []


def test_an_upgrade_makes_a_backup_first(droplet: Droplet) -> None:
    droplet.run("install.sh")
    status, said = droplet.run("upgrade.sh", "v1.1.0")
    assert status == 0, said
    works = [call for call in droplet.calls if call.startswith(("docker", "git"))]
    assert works[0] == f"{COMPOSE} run --rm --no-deps beat backup create"
    assert "fetch --depth 1 origin refs/tags/v1.1.0:refs/tags/v1.1.0" in works[1]
    assert works[2].endswith("checkout v1.1.0")
    # The database first, then one API while the other answers, then the rest.
    assert works[3:8] == [
        f"{COMPOSE} build",
        f"{COMPOSE} run --rm migrate",
        f"{COMPOSE} up -d --no-deps --wait api-1",
        f"{COMPOSE} up -d --no-deps --wait api-2",
        f"{COMPOSE} up -d --remove-orphans",
    ]
    assert "VERSION=v1.1.0" in (droplet.deploy / ".env").read_text()
    assert "VERSION=v1.1.0" in (droplet.root / "install.env").read_text()
    for wrong in ("v1;x", "--help me"):
        status, _ = droplet.run("upgrade.sh", wrong)
        assert (status, droplet.calls) == (2, [])


def test_a_failed_backup_stops_the_upgrade(droplet: Droplet) -> None:
    droplet.run("install.sh")
    (droplet.root / "bin" / "docker").write_text("#!/bin/sh\nexit 1\n")
    status, _ = droplet.run("upgrade.sh", "v1.1.0")
    assert status != 0
    assert droplet.calls == []
    assert "VERSION=v1.0.0" in (droplet.deploy / ".env").read_text()


def test_a_certificate_gets_to_the_front_door(droplet: Droplet) -> None:
    droplet.run("install.sh")
    live = droplet.root / "letsencrypt" / "live" / "rehearsal.example"
    live.mkdir(parents=True)
    for name in ("privkey.pem", "fullchain.pem"):
        (live / name).write_text(f"{name} 1\n")
    status, said = droplet.run("certificate.sh")
    assert status == 0, said
    asked = next(call for call in droplet.calls if call.startswith("certbot"))
    assert "--webroot-path" in asked
    assert "--domain rehearsal.example" in asked
    key = droplet.deploy / "tls" / "privkey.pem"
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == ("privkey.pem 1\n", 0o400)
    assert f"{COMPOSE} restart web" in droplet.calls
    droplet.run("certificate.sh")
    assert f"{COMPOSE} restart web" not in droplet.calls


def test_a_restore_stops_all_that_uses_the_database(droplet: Droplet) -> None:
    droplet.run("services.sh", "stop-work")
    (call,) = droplet.calls
    assert set(call.split()) >= {"stop", "beat", "api-1", "api-2", "worker-interactive", "worker-media"}
    assert not {"postgres", "valkey", "web"} & set(call.split())


def test_keys_are_handed_over(tmp_path: Path) -> None:
    """`ssh` runs the commands in a folder for each machine; `terraform` gives outputs as it does."""
    outputs = {
        "database_url": "postgresql://doadmin:p%40ss@db.example:25060/rehearsal?sslmode=require",
        "redis_url": "rediss://default:r3dis@queue.example:25061/0?ssl_cert_reqs=required",
        "storage_access_key": "ACCESS",
        "storage_secret_key": "s3cret",
        "media_bucket": "rehearsal-media",
        "backup_bucket": "rehearsal-backups",
        "storage_endpoint": "https://fra1.digitaloceanspaces.com",
        "front_addresses": '["192.0.2.1","192.0.2.2"]',
        "worker_addresses": '["192.0.2.3"]',
    }
    here, programs = tmp_path / "here", tmp_path / "bin"
    shutil.copytree(
        ocean.ROOT / "deploy" / "digitalocean", here, ignore=shutil.ignore_patterns("secrets", "settings.env")
    )
    programs.mkdir()
    (tmp_path / "outputs").mkdir()
    for name, value in outputs.items():
        (tmp_path / "outputs" / name).write_text(value)
    elsewhere = f"sed 's|/opt/rehearsal|{tmp_path}/machines/'\"$host\"'|g'"
    texts = {
        "terraform": f'cat "{tmp_path}/outputs/$4"',
        "cloud-init": "true",
        "ssh": f'host=${{1#root@}}; exec sh -c "$(printf %s "$2" | {elsewhere})"',
    }
    for name, text in texts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        machine = tmp_path / "machines" / host / "deploy"
        (machine / "digitalocean").mkdir(parents=True)
        (machine / ".env").write_text("DOMAIN=rehearsal.example\nSTORAGE_URL=s3://former\n")
        (machine / "digitalocean" / "install.sh").write_text(f"ls {machine}/secrets > {machine}/installed\n")
    for _ in range(2):  # a second time changes nothing
        done = subprocess.run(
            ["sh", str(here / "hand-over.sh")],
            env={"PATH": f"{programs}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "s3cret" not in done.stdout + done.stderr
    own = {path.name: path.read_text() for path in (here / "secrets").iterdir()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (here / "secrets").iterdir()} == {0o600}
    for host in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        machine = tmp_path / "machines" / host / "deploy"
        assert stat.S_IMODE((machine / "secrets").stat().st_mode) == 0o700
        assert (machine / "secrets" / "database_url").read_text() == outputs["database_url"] + "\n"
        assert (machine / "secrets" / "secret_key").read_text() == own["secret_key"]
        assert (machine / ".env").read_text().splitlines() == [
            "DOMAIN=rehearsal.example",
            "STORAGE_URL=s3://rehearsal-media",
            "STORAGE_ENDPOINT=https://fra1.digitaloceanspaces.com",
            "STORAGE_ACCESS_KEY_FILE=/run/secrets/storage_access_key",
            "STORAGE_SECRET_KEY_FILE=/run/secrets/storage_secret_key",
        ]
        assert (machine / "settings.env").read_text() == "REHEARSAL_BACKUP_URL=s3://rehearsal-backups/nightly\n"
        installed = (machine / "installed").read_text().split()
        assert "complete" in installed
        assert ("beat" in installed) == (host == "192.0.2.1")
