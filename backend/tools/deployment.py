"""Checks of what deploys: Dockerfiles, compose files, nginx. Part of `make lint`.

python -m tools.deployment
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tools import headers

BACKEND = Path(__file__).resolve().parents[1]
ROOT = BACKEND.parent
BIN = BACKEND / ".venv" / "bin"
DOCKERFILES = ("backend/Dockerfile", "frontend/Dockerfile", "langflow/Dockerfile")
COMPOSE = ("docker-compose.yml", "deploy/docker-compose.prod.yml")
YAML_STYLE = "{extends: relaxed, rules: {line-length: disable}}"
# One set for TLS, one for trying out, one with an object store.
SETTINGS = (
    {"DOMAIN": "rehearsal.example", "API_SERVERS": "127.0.0.2:8000 127.0.0.3:8000"},
    {"PUBLIC_PORT": "8000", "API_SERVERS": "127.0.0.2:8000"},
    {
        "DOMAIN": "rehearsal.example",
        "API_SERVERS": "127.0.0.2:8000",
        "MEDIA_ORIGIN": "https://fra1.digitaloceanspaces.com",
    },
)
# What every service of a compose file has, or says why not.
WANTED = ("read_only", "cap_drop", "security_opt", "mem_limit", "pids_limit")


def nginx_program() -> str | None:
    """nginx where Debian puts it, which is not on everybody's PATH."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def problems() -> list[str]:
    """One text per finding."""
    found = [stale] if (stale := headers.stale()) else []
    for file in DOCKERFILES:
        found += _run(f"hadolint {file}", [str(BIN / "hadolint"), file])
    for file in COMPOSE:
        schema = [str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", file]
        found += _run(f"compose schema {file}", schema)
        found += _run(f"yamllint {file}", [str(BIN / "yamllint"), "-s", "-d", YAML_STYLE, file])
        found += _compose(file)
    found += _run("shell", ["sh", "-n", "deploy/make-secrets.sh"]) + _run(
        "shell", ["sh", "-n", "deploy/nginx/start.sh"]
    )
    for settings in SETTINGS:
        found += _nginx(settings)
    return found


def _compose(file: str) -> list[str]:
    """Variables that must be set are missed when they are not; every service is closed and bounded."""
    compose = [sys.executable, "-m", "podman_compose", "-f", file, "--profile", "local", "config"]
    bare = {name: value for name, value in os.environ.items() if name != "DOMAIN"}
    found = []
    if file.startswith("deploy/"):
        missed = subprocess.run(compose, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
        if missed.returncode == 0 or "the name of the site" not in missed.stderr + missed.stdout:
            found.append(f"{file}: without DOMAIN it has to stop with a sentence")
    done = subprocess.run(
        compose, cwd=ROOT, env=bare | {"DOMAIN": "rehearsal.example"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [*found, f"{file}: podman-compose config: {done.stderr.strip()[-500:]}"]
    services = yaml.safe_load(done.stdout)["services"]
    for name, service in services.items():
        missing = [key for key in WANTED if not service.get(key)]
        if missing:
            found.append(f"{file}: {name} lacks {', '.join(missing)}")
        if any(str(port).count(":") < 2 for port in service.get("ports", ())) and not file.startswith("deploy/"):
            found.append(f"{file}: {name} publishes a port to other machines")
        if str(service.get("image", "")).endswith(":latest") or ":" not in str(service.get("image", ":")):
            found.append(f"{file}: {name} has no version of its image")
    return found


def write_nginx(folder: Path, settings: dict[str, str]) -> Path | list[str]:
    """The files of deploy/nginx as start.sh writes them, moved into `folder`: the main one, or what is wrong."""
    source, target, tls = folder / "source", folder / "target", folder / "tls"
    shutil.copytree(ROOT / "deploy" / "nginx", source)
    shutil.copy(ROOT / "deploy" / "nginx.conf", source)
    for file in source.glob("*.conf"):
        # nginx -t opens what it would write to.
        file.write_text(
            # A path of the container that is moved away from here.
            file.read_text().replace("/tmp/nginx", str(target)).replace("/dev/stdout", str(folder / "log"))  # nosec
        )
    environment = {"PATH": os.environ["PATH"], **settings}
    environment |= {"NGINX_SOURCE": str(source), "NGINX_TARGET": str(target), "TLS_FOLDER": str(tls)}
    return _run("start.sh", ["sh", str(source / "start.sh"), "write"], environment) or target / "nginx.conf"


def _nginx(settings: dict[str, str]) -> list[str]:
    """`nginx -t` and gixy on the files as start.sh writes them."""
    with tempfile.TemporaryDirectory(prefix="rh-nginx-") as name:
        main = write_nginx(Path(name), settings)
        if isinstance(main, list):
            return main
        found = _run(f"gixy {sorted(settings)}", [str(BIN / "gixy"), str(main)])
        nginx = nginx_program()
        if nginx is None:
            sys.stderr.write("  NOT CHECKED: nginx is not installed here (Debian: apt-get install nginx-light).\n")
            return found
        return found + _run(f"nginx -t {sorted(settings)}", [nginx, "-t", "-q", "-c", str(main)])


def _run(name: str, argv: list[str], environment: dict[str, str] | None = None) -> list[str]:
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip()
    return [] if done.returncode == 0 else [f"{name}: {said or f'exit status {done.returncode}'}"]


if __name__ == "__main__":
    texts = problems()
    print("\n".join(texts) or "ok")
    sys.exit(1 if texts else 0)
