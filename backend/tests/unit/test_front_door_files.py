"""deploy/nginx says what it has to, for every setting that start.sh takes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from app.api.middleware import security_headers
from app.core.config import Settings
from app.supervisor import serve
from app.utils.paths import REPOSITORY

NGINX = REPOSITORY / "deploy" / "nginx"
ORIGIN = "https://fra1.digitaloceanspaces.com"


def written(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """What start.sh makes of the files, in `folder`."""
    source = folder / "source"
    source.mkdir()
    for file in (*NGINX.iterdir(), REPOSITORY / "deploy" / "nginx.conf"):
        (source / file.name).write_text(file.read_text())
    environment = {"PATH": os.environ["PATH"], "NGINX_SOURCE": str(source), "NGINX_TARGET": str(folder / "out")}
    environment |= {"API_SERVERS": "127.0.0.2:8000", "TLS_FOLDER": str(folder)} | settings
    return subprocess.run(
        ["sh", str(source / "start.sh"), "write"], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("origin", [None, ORIGIN])
def test_static_files_have_the_headers_of_the_api(tmp_path: Path, origin: str | None) -> None:
    done = written(tmp_path, **({"MEDIA_ORIGIN": origin} if origin else {}))
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "headers.conf").read_text()
    said = dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.M))
    assert said == security_headers(origin)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOMAIN", "a b"),
        ("DOMAIN", "x;}"),
        ("DOMAIN", "ok.example\nserver{}"),
        ("PUBLIC_PORT", "80;"),
        ("MEDIA_ORIGIN", "https://x'; script-src *"),
        ("API_SERVERS", "127.0.0.2:8000;"),
        ("API_SERVERS", ""),
    ],
)
def test_a_setting_cannot_say_more_than_it_should(tmp_path: Path, name: str, value: str) -> None:
    done = written(tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} is not what it should be")
    assert not (tmp_path / "out" / "nginx.conf").exists()


def test_a_piece_of_a_recording_fits_and_is_not_kept_on_the_way() -> None:
    site = (NGINX / "site.conf").read_text()
    uploads = site[site.index("location /api/uploads") :].partition("}")[0]
    limit = re.search(r"client_max_body_size (\d+)m;", uploads)
    assert limit is not None
    assert int(limit[1]) * 1024 * 1024 > Settings.model_fields["max_patch_bytes"].default
    assert "proxy_request_buffering off;" in uploads
    events = site[site.index("/events$") :].partition("}")[0]
    assert "proxy_buffering off;" in events


def test_what_a_client_says_of_itself_goes_no_further() -> None:
    proxy = (NGINX / "proxy.conf").read_text()
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy
    assert "$proxy_add_x_forwarded_for" not in "".join(file.read_text() for file in NGINX.glob("*.conf"))


def test_the_api_keeps_a_connection_longer_than_nginx() -> None:
    kept = re.search(r"keepalive_timeout (\d+)s;\s*}", (NGINX / "http.conf").read_text())
    assert kept is not None
    assert int(kept[1]) < serve.KEEP_ALIVE_S


def test_a_container_has_longer_to_end_than_its_program_takes() -> None:
    for file in ("docker-compose.yml", "deploy/docker-compose.prod.yml"):
        graces = re.findall(r"stop_grace_period: (\d+)s", (REPOSITORY / file).read_text())
        assert "35" in graces
    assert serve.GRACEFUL_S < 35
