"""A server that is not safe does not start; secrets come from files, too; the command line of accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import parser
from app.cli import account
from app.core.safety import is_weak, require_safe_start
from app.domain.errors import BadInput, Conflict, NotFound
from app.utils.paths import REPOSITORY
from tests.accounts.server import KEY, PASSWORD, Server, log_in

pytestmark = pytest.mark.services
BACKEND = REPOSITORY / "backend"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"REHEARSAL_SECRET_KEY": None}, "needs REHEARSAL_SECRET_KEY"),
        ({"REHEARSAL_SECRET_KEY": "short"}, "too easy to guess"),
        ({"REHEARSAL_SECRET_KEY": "change-me" * 8}, "too easy to guess"),
        ({"REHEARSAL_SECRET_KEY": f"{KEY},short"}, "too easy to guess"),
        ({"REHEARSAL_PUBLIC_URL": None}, "needs REHEARSAL_PUBLIC_URL"),
        ({"REHEARSAL_PUBLIC_URL": "rehearsal.example"}, "needs REHEARSAL_PUBLIC_URL"),
        ({"REHEARSAL_PUBLIC_URL": "http://rehearsal.example"}, "has to begin with https"),
        ({"REHEARSAL_PUBLIC_URL": "ftp://localhost"}, "has to begin with https"),
        ({"REHEARSAL_EMBEDDED_SERVICES": None, "LANGFLOW_URL": None}, "LANGFLOW_URL is not set"),
        ({"REHEARSAL_MAIL_FROM": None}, "without a sender"),
        ({"REHEARSAL_OIDC_ISSUER": "https://login.example"}, "without a client"),
        ({"REHEARSAL_TRUSTED_PROXIES": "proxy.example"}, "REHEARSAL_TRUSTED_PROXIES"),
        ({"REHEARSAL_SECRET_KEY": None, "REHEARSAL_SECRET_KEY_FILE": "/nowhere/at/all"}, "cannot be read"),
    ],
)
def test_an_unsafe_server_does_not_start(
    server: Server, capsys: pytest.CaptureFixture[str], variables: dict[str, str | None], sentence: str
) -> None:
    require_safe_start()
    server.set(**variables)
    with pytest.raises(SystemExit) as caught:
        require_safe_start()
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert sentence in said
    assert said.count("\n") == 1
    assert KEY not in said


def test_services_of_its_own_will_do(server: Server) -> None:
    server.set(REHEARSAL_EMBEDDED_SERVICES=None, REHEARSAL_PUBLIC_URL="https://rehearsal.example")
    require_safe_start()


@pytest.mark.parametrize(
    "argv",
    [
        ("-m", "app", "up"),
        ("-m", "uvicorn", "app.main:create_app", "--factory", "--port", "9"),
        ("-m", "celery", "-A", "app.worker", "worker"),
    ],
)
def test_every_way_to_start_ends_with_status_2(argv: tuple[str, ...], tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "REHEARSAL_MODE": "server",
        "REHEARSAL_DATA": str(tmp_path),
        "REHEARSAL_SECRET_KEY": "a",
    }
    done = subprocess.run([sys.executable, *argv], cwd=BACKEND, env=environment, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("REHEARSAL_SECRET_KEY is too easy to guess")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a" * 64,
        "ab" * 32,
        "0123456789abcdef0123456789abcdef",
        "your-secret-key-here-please-change",
        "correct horse",
    ],
)
def test_weak_keys(key: str) -> None:
    assert is_weak(key)


def test_random_keys_are_good() -> None:
    import secrets

    assert not any(is_weak(secrets.token_urlsafe(48)) or is_weak(secrets.token_hex(32)) for _ in range(2000))


def test_secrets_may_be_files(server: Server, tmp_path: Path) -> None:
    from app.core import config

    names = {
        "REHEARSAL_SECRET_KEY": "secret_key",
        "REHEARSAL_SMTP_URL": "smtp_url",
        "REHEARSAL_OIDC_CLIENT_SECRET": "oidc_client_secret",
        "STORAGE_SECRET_KEY": "storage_secret_key",
        "STORAGE_ACCESS_KEY": "storage_access_key",
        "LANGFLOW_API_KEY": "langflow_api_key",
        "TWELVELABS_WEBHOOK_SECRET": "twelvelabs_webhook_secret",
        "REHEARSAL_GATEWAY_KEY": "gateway_key",
    }
    for name in names:
        (tmp_path / name).write_text(f"text of {name}\n")
        server.set(**{name: None, f"{name}_FILE": str(tmp_path / name)})
    (tmp_path / "database").write_text("postgresql://rehearsal:pw@db.example/rehearsal\n")
    server.set(DATABASE_URL=None, DATABASE_URL_FILE=str(tmp_path / "database"))
    found = config.settings()
    for name, field in names.items():
        assert getattr(found, field).get_secret_value() == f"text of {name}"
    assert found.database_url == "postgresql+psycopg://rehearsal:pw@db.example/rehearsal"
    # The variable itself wins.
    server.set(REHEARSAL_SECRET_KEY=KEY)
    assert str(config.settings().secret_key.get_secret_value()) == KEY  # type: ignore[union-attr]


def test_every_secret_of_the_settings_may_be_a_file() -> None:
    from pydantic import SecretStr

    from app.core import secret_files
    from app.core.config import Settings

    for name, field in Settings.model_fields.items():
        if field.annotation == SecretStr | None:
            first = field.alias or field.validation_alias.choices[0]  # type: ignore[union-attr]
            assert first in secret_files.NAMES, name


def test_keys_of_providers_may_be_files(server: Server, tmp_path: Path) -> None:
    from app.services.providers import configuration
    from app.services.providers.catalog import BY_ID

    (tmp_path / "key").write_text("sk-of-a-test\n")
    server.set(OPENAI_API_KEY_FILE=str(tmp_path / "key"))
    key = configuration._key(BY_ID["openai"], None)
    assert key is not None
    assert key.get_secret_value() == "sk-of-a-test"


async def _command(*argv: str) -> Any:
    """What `python -m app account ...` prints."""
    return await account._run(parser().parse_args(["account", *argv]))


async def test_an_operator_makes_accounts(server: Server) -> None:
    made = await _command("create", "Root@Example.org", "--administrator")
    assert (made["email"], made["created"], made["administrator"]) == ("root@example.org", True, True)
    page, _, token = made["link"].partition("#token=")
    assert page == "http://localhost:8000/reset"
    browser = server.browser()
    answer = await browser.post("/api/account/reset", json={"token": token, "password": PASSWORD})
    assert answer.status_code == 204
    answer = await log_in(browser, "root@example.org")
    assert (answer.json()["administrator"], answer.json()["kind"]) == (True, "account")
    assert (await browser.get("/api/providers")).status_code == 200
    assert (await _command("administrator", "root@example.org", "--no"))["administrator"] is False
    assert (await browser.get("/api/providers")).json()["error"] == "administrators_only"
    again = await _command("create", "root@example.org")
    assert (again["created"], again["administrator"]) == (False, False)
    assert [item["email"] for item in (await _command("list"))["accounts"]] == ["root@example.org"]
    with pytest.raises(NotFound):
        await _command("administrator", "nobody@example.org")
    with pytest.raises(BadInput, match="no e-mail address"):
        await _command("create", "nobody")
    server.set(REHEARSAL_MODE="personal")
    with pytest.raises(Conflict, match="for one person"):
        await _command("list")


async def test_an_operator_erases_an_account(server: Server) -> None:
    token = (await _command("create", "ada@example.org"))["link"].partition("#token=")[2]
    browser = server.browser()
    await browser.post("/api/account/reset", json={"token": token, "password": PASSWORD})
    await log_in(browser, "ada@example.org")
    assert (await browser.get("/api/interviews")).status_code == 200
    with pytest.raises(BadInput, match="for good"):
        await _command("erase", "ada@example.org")
    with pytest.raises(NotFound):
        await _command("erase", "nobody@example.org", "--yes")
    gone = await _command("erase", "Ada@example.org", "--yes")
    assert gone["page"] == f"http://localhost:8000/receipt#{gone['receipt']}"
    assert (await browser.get("/api/interviews")).status_code == 401
    assert (await server.browser().get(f"/api/erasures/{gone['receipt']}")).status_code == 200
    with pytest.raises(NotFound):
        await _command("erase", "ada@example.org", "--yes")


def test_the_command_prints_json(server: Server) -> None:
    command = [sys.executable, "-m", "app", "account", "create", "ada@example.org"]
    done = subprocess.run(command, cwd=BACKEND, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["schema"], made["email"]) == (1, "ada@example.org")
    assert made["link"].startswith("http://localhost:8000/reset#token=")
