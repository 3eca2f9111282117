"""What `make lint` checks of deploy/digitalocean: nothing is found in it, and a mistake of each kind is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from kombu.utils.url import parse_url
from redis import ConnectionPool
from redis.connection import SSLConnection

from app.core.config import Settings
from tools import ocean

ROOT = ocean.ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that the checks read, to make mistakes in."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets", ".terraform"))
    for name in ("backend", "langflow"):
        (tmp_path / name).mkdir()
        shutil.copy(ROOT / name / "Dockerfile", tmp_path / name)
    return tmp_path


def test_nothing_is_found() -> None:
    assert ocean.problems() == []


@pytest.mark.parametrize(
    ("file", "before", "after", "finding"),
    [
        ("terraform/data.tf", "eviction_policy", "evict_policy", "there is no argument evict_policy"),
        ("terraform/data.tf", "    days = var.retention_days + 2", "    dayz = 1", "there is no argument dayz"),
        ("terraform/data.tf", '      type  = "droplet"\n', "", "rule: type is missing"),
        ("terraform/network.tf", "digitalocean_loadbalancer.door.ip\n", "digitalocean_loadbalancer.gate.ip\n", "gate"),
        ("terraform/outputs.tf", "private_host", "hidden_host", "has no attribute hidden_host"),
        ("terraform/network.tf", 'resource "digitalocean_vpc"', 'resource "digitalocean_vpcs"', "not in the schema"),
        ("terraform/network.tf", "  ttl    = 300", "    ttl = 300", "spaces belong before it"),
        ("terraform/network.tf", "  ttl    = 300", "  ttl = 300", "the equal sign"),
        ("terraform/network.tf", "  ttl    = 300", "  ttl    = ", "this is no HCL"),
        ("terraform/versions.tf", "2.71.0", "2.99.0", "version"),
        ("terraform/variables.tf", 'variable "queue_size"', 'variable "queue_token"', "a secret has a default"),
        ("app.yaml", "http_port:", "http_prt:", "http_prt is no key"),
        ("app.yaml", "{key: REHEARSAL_SECRET_KEY, ", "{key: REHEARSAL_SECRET_KEY, value: x, ", "a secret with a value"),
        ("app.yaml", "REHEARSAL_SECRET_KEY, type: SECRET", "REHEARSAL_SECRET_KEY, value: x", "not marked"),
        ("app.yaml", "${queue.DATABASE_URL}", "${broker.DATABASE_URL}", "no component broker"),
        ("app.yaml", "langflow/Dockerfile", "langflow/Dockerfil", "there is no langflow/Dockerfil"),
        ("cloud-init.yaml", "ssh_pwauth: false", "ssh_pwauths: false", "ssh_pwauths"),
        ("cloud-init.yaml", "  size: 4G", "  size: [4G]", "size"),
        ("cloud-init.yaml", "ROLE=@ROLE@", "PASSWORD=x", "something secret"),
        ("cloud-init.yaml", '"$VERSION" "$REPOSITORY"', "$VERSION $REPOSITORY", "SC2086"),
        ("install.sh", 'if [ "$ROLE" != worker ]; then', 'if [ "$ROLE" != worker ]; the', "install.sh"),
        ("install.sh", "setting DOMAIN", "setting DOMAINE", "knows no DOMAINE"),
        ("install.sh", "ufw allow 443/tcp", "ufw allow 4430/tcp", "no port 4430"),
        ("install.sh", "$ocean/services.sh", "$ocean/service.sh", "there is no service.sh"),
        ("services.sh", "worker-media", "worker-medium", "no service worker-medium"),
        ("services.sh", " worker-vision", "", "nobody starts worker-vision"),
        ("hand-over.sh", "put redis_url", "put valkey_url", "no secret valkey_url"),
        ("hand-over.sh", "langflow_api_key", "flow_key", "nobody brings the secret langflow_api_key"),
        ("front.yml", "8081:8081", "8082:8081", "port 8081"),
        ("front.yml", "web:", "door:", "no service door"),
        ("units/rehearsal-certificate.service", "certificate.sh", "cert.sh", "there is no cert.sh"),
    ],
)
def test_a_mistake_is_found(copy: Path, file: str, before: str, after: str, finding: str) -> None:
    path = copy / "deploy" / "digitalocean" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    found = list(of_one(copy, file))
    assert any(finding in one for one in found), found


def of_one(root: Path, file: str) -> Iterator[str]:
    """The checks that this file is the business of: those of Terraform take a second each."""
    folder = root / "deploy" / "digitalocean"
    if file.startswith("terraform/"):
        yield from ocean.terraform(folder / "terraform")
    elif file == "app.yaml":
        yield from ocean.app_platform(folder / file)
    else:
        compose = yaml.safe_load((root / "deploy" / "docker-compose.prod.yml").read_text(encoding="utf-8"))
        yield from ocean.cloud_init(folder / "cloud-init.yaml")
        yield from ocean.scripts(folder)
        yield from ocean.agrees_with_compose(folder, compose)


def test_terraform_fills_in_every_word_of_cloud_init() -> None:
    folder = ROOT / "deploy" / "digitalocean"
    text = (folder / "cloud-init.yaml").read_text(encoding="utf-8")
    words = {word for word in ("DOMAIN", "EMAIL", "REPOSITORY", "VERSION", "ROLE", "CALLERS") if f"@{word}@" in text}
    assert text.count("@") == 2 * len(words)
    compute = (folder / "terraform" / "compute.tf").read_text(encoding="utf-8")
    assert {word for word in words if f'"@{word}@"' in compute} == words
    written = yaml.safe_load(text)["write_files"][0]["content"]
    install = (folder / "install.sh").read_text(encoding="utf-8")
    for line in written.splitlines():
        name = line.split("=")[0]
        assert f"check {name} " in install or name == "REPOSITORY", name


def test_the_addresses_that_terraform_gives_are_understood() -> None:
    outputs = (ROOT / "deploy" / "digitalocean" / "terraform" / "outputs.tf").read_text(encoding="utf-8")
    database = next(line.strip(' ",') for line in outputs.splitlines() if "postgresql://" in line)
    own = Settings(DATABASE_URL=database % ("user", "p%40ss", "private.example", 25061, "rehearsal"))
    assert own.database_url == "postgresql+psycopg://user:p%40ss@private.example:25061/rehearsal?sslmode=require"
    queue = next(line.strip(' ",') for line in outputs.splitlines() if "rediss://" in line)
    address = queue % ("user", "p%40ss", "private.example", 25061)
    assert urlsplit(address).scheme == "rediss"
    pool = ConnectionPool.from_url(address)
    assert pool.connection_class is SSLConnection
    assert pool.connection_kwargs["ssl_cert_reqs"] == "required"
    assert parse_url(address)["ssl"] == {"ssl_cert_reqs": 2}
