"""deploy/make-secrets.sh makes keys once, and nobody else on the machine reads them."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from app.utils.paths import REPOSITORY

SCRIPT = REPOSITORY / "deploy" / "make-secrets.sh"


def _made(folder: Path) -> dict[str, str]:
    subprocess.run(["sh", str(SCRIPT), str(folder)], check=True, capture_output=True)
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_keys_are_made_once_and_the_folder_is_its_owners(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = _made(folder)
    (folder / "database_url").chmod(0o600)
    (folder / "database_url").write_text("postgresql://managed\n")
    second = _made(folder)
    assert second == first | {"database_url": "postgresql://managed\n"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE((folder / name).stat().st_mode) == 0o444 for name in first if name != "database_url")


def test_every_installation_has_keys_of_its_own(tmp_path: Path) -> None:
    one, other = _made(tmp_path / "one"), _made(tmp_path / "other")
    same = {name for name in one if one[name] == other[name]}
    assert same == {"storage_access_key", "storage_secret_key"}, "empty until there is a bucket"
    assert len(one["secret_key"].strip()) == 64
    assert one["postgres_password"].strip() in one["database_url"]
    assert one["valkey_password"].strip() in one["redis_url"]
    assert f"requirepass {one['valkey_password'].strip()}" in one["valkey_conf"]
    assert "noeviction" in one["valkey_conf"], "a queue must not forget"


def test_every_secret_of_the_compose_file_is_made(tmp_path: Path) -> None:
    text = (REPOSITORY / "deploy" / "docker-compose.prod.yml").read_text()
    named = {line.split("/")[-1].rstrip('"}') for line in text.splitlines() if "{file:" in line}
    assert named <= set(_made(tmp_path / "secrets"))
    assert len(named) == 9
