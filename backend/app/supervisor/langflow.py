"""`python -m app langflow`: a whole Langflow server with its editor, our components and flows, closed to others.

It runs in an environment of its own (langflow/.venv-server, `make langflow` installs it) and keeps its data in the data
folder. What an operator can do with it is in docs/langflow.md.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from app.domain.errors import Conflict
from app.supervisor.folder import DataFolder
from app.supervisor.system import require_free_port
from app.utils.paths import REPOSITORY, models_dir

LANGFLOW = REPOSITORY / "langflow"
FLOWS = LANGFLOW / "flows"
PYTHON = LANGFLOW / ".venv-server" / "bin" / "python"
HOST, PORT = "127.0.0.1", 7860
USER = "rehearsal"
KEY_FILE, PASSWORD_FILE, SEAL_FILE = "langflow_server_key", "langflow_server_password", "langflow_server_seal"
# What the server may see of the environment: no key of a provider, no address of our database.
PASSED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")


def environment(folder: DataFolder, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server: locked down, silent towards the internet, with our components.

    The flows are not named here: see `flows_to_load`.
    """
    home = folder.root / "langflow"
    for private in (home, folder.root / "secrets"):
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = str(_port(outer))
    return {
        **{name: outer[name] for name in PASSED if name in outer},
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "PYTHONUNBUFFERED": "1",
        "REHEARSAL_MODELS": str(models_dir()),
        "OPENBLAS_NUM_THREADS": "1",
        # Where the flows ask a language model, when one is chosen: at the back end, which has the keys.
        "REHEARSAL_MODEL_GATEWAY": outer.get("REHEARSAL_MODEL_GATEWAY") or f"http://{HOST}:{outer.get('PORT') or 8000}",
        "REHEARSAL_GATEWAY_KEY": outer.get("REHEARSAL_GATEWAY_KEY") or folder.secret("gateway_key"),
        "LANGFLOW_HOST": HOST,
        "LANGFLOW_PORT": port,
        "LANGFLOW_CONFIG_DIR": str(home),
        "LANGFLOW_KNOWLEDGE_BASES_DIR": str(home / "knowledge_bases"),
        "LANGFLOW_DATABASE_URL": outer.get("LANGFLOW_DATABASE_URL") or f"sqlite:///{home / 'langflow.db'}",
        "LANGFLOW_COMPONENTS_PATH": str(LANGFLOW / "components"),
        "LANGFLOW_CREATE_STARTER_PROJECTS": "false",
        # Somebody has to log in, and the API wants the key: both are ours, made at the first start.
        "LANGFLOW_AUTO_LOGIN": "false",
        "LANGFLOW_SUPERUSER": outer.get("LANGFLOW_SUPERUSER") or USER,
        "LANGFLOW_SUPERUSER_PASSWORD": outer.get("LANGFLOW_SUPERUSER_PASSWORD") or folder.secret(PASSWORD_FILE),
        "LANGFLOW_API_KEY_SOURCE": "env",
        "LANGFLOW_API_KEY": outer.get("LANGFLOW_API_KEY") or folder.secret(KEY_FILE),
        # 32 random bytes in URL-safe base64, which Fernet wants padded.
        "LANGFLOW_SECRET_KEY": folder.secret(SEAL_FILE) + "=",
        # Only code of the components folder and Langflow's own runs; code inside an edited flow does not, nor may a
        # request change the fields of a flow.
        "LANGFLOW_ALLOW_CUSTOM_COMPONENTS": "false",
        "LANGFLOW_BLOCK_CODE_INTERPRETER_COMPONENTS": "true",
        "LANGFLOW_TWEAKS_POLICY": "off",
        "LANGFLOW_NEW_USER_IS_ACTIVE": "false",
        "LANGFLOW_CORS_ORIGINS": outer.get("LANGFLOW_CORS_ORIGINS") or f"http://{HOST}:{port}",
        # What passes through the flows is the candidates' own: the server keeps none of it.
        "LANGFLOW_TRANSACTIONS_STORAGE_ENABLED": "false",
        "LANGFLOW_VERTEX_BUILDS_STORAGE_ENABLED": "false",
        "LANGFLOW_DEACTIVATE_TRACING": "true",
        "LANGFLOW_STORE_ENVIRONMENT_VARIABLES": "false",
        # It talks to nobody: no telemetry, no list of models, no store, no assistant, no tools from elsewhere.
        "DO_NOT_TRACK": "1",
        "LANGFLOW_DO_NOT_TRACK": "true",
        "LANGFLOW_MODELS_DEV_REFRESH": "false",
        "LANGFLOW_STORE": "false",
        "LANGFLOW_AGENTIC_EXPERIENCE": "false",
        "LANGFLOW_MCP_SERVER_ENABLED": "false",
        "LANGFLOW_MCP_COMPOSER_ENABLED": "false",
        "LANGFLOW_MCP_SERVERS_LOCKED": "true",
        "LANGFLOW_ADD_PROJECTS_TO_MCP_SERVERS": "false",
        "LANGFLOW_SKIP_MCP_AUTO_INIT": "true",
        "LANGFLOW_LOG_LEVEL": outer.get("LANGFLOW_LOG_LEVEL") or "warning",
        "LANGFLOW_LOG_LEVELS": outer.get("LANGFLOW_LOG_LEVELS") or "a2a=ERROR",  # a protocol that is off
    }


def flows_to_load(folder: DataFolder, *, shipped: bool) -> dict[str, str]:
    """The settings that load our flows: at the first start, and when `shipped` flows are asked for.

    Langflow would put them over what was edited at every start, and what an operator edited must not be lost by that.
    """
    if not shipped and loaded(folder):
        return {}
    return {
        "LANGFLOW_LOAD_FLOWS_PATH": str(FLOWS),
        "LANGFLOW_LOAD_FLOWS_OVERWRITE_ON_NAME_MATCH": "true",
        "LANGFLOW_LOAD_FLOWS_PRESERVE_VARIABLE_BINDINGS": "false",
    }


def loaded(folder: DataFolder) -> str:
    """Digest of the flows that were given to this folder's server last; empty before the first start."""
    note = folder.root / "langflow" / "flows.sha256"
    return note.read_text(encoding="utf-8").strip() if note.exists() else ""


def shipped_digest() -> str:
    """Digest of the flows of this version."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(FLOWS.glob("*.json")))).hexdigest()


def command(outer: Mapping[str, str]) -> list[str]:
    """What to run. Raises Conflict when the server is not installed or the port is no number."""
    if not PYTHON.exists():
        raise Conflict("The Langflow server is not installed.", code="langflow_missing", hint="Run `make langflow`.")
    return [str(PYTHON), str(LANGFLOW / "serve.py"), HOST, str(_port(outer))]


def run() -> int:
    """Say how to use it, then become the server. Does not return when it starts."""
    os.umask(0o077)
    folder = DataFolder(Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data"))
    shipped = os.environ.get("FLOWS") == "shipped"
    argv, chosen = command(os.environ), environment(folder, os.environ)
    require_free_port(_port(os.environ), "LANGFLOW_PORT={} make langflow")
    before = loaded(folder)
    chosen |= flows_to_load(folder, shipped=shipped)
    for line in _words(folder, chosen):
        sys.stderr.write(f"{line}\n")
    if before and not shipped and before != shipped_digest():
        sys.stderr.write("This version has other flows; `make langflow FLOWS=shipped` puts them over those in use.\n")
    sys.stderr.flush()
    if "LANGFLOW_LOAD_FLOWS_PATH" in chosen:
        (folder.root / "langflow" / "flows.sha256").write_text(shipped_digest() + "\n", encoding="utf-8")
    os.chdir(folder.root / "langflow")
    os.execve(argv[0], argv, chosen)  # nosec B606


def _words(folder: DataFolder, chosen: Mapping[str, str]) -> list[str]:
    """How to log in and how to use it; where the secrets are, never what they are."""
    address = f"http://{HOST}:{chosen['LANGFLOW_PORT']}"
    secrets = folder.root / "secrets"
    given = {name: bool(os.environ.get(name)) for name in ("LANGFLOW_SUPERUSER_PASSWORD", "LANGFLOW_API_KEY")}
    password = "LANGFLOW_SUPERUSER_PASSWORD" if given["LANGFLOW_SUPERUSER_PASSWORD"] else secrets / PASSWORD_FILE
    key = "$LANGFLOW_API_KEY" if given["LANGFLOW_API_KEY"] else f"$(cat {secrets / KEY_FILE})"
    return [
        f"Langflow starts at {address} (half a minute). Log in as {chosen['LANGFLOW_SUPERUSER']};",
        f"the password is in {password}.",
        "To have Rehearsal use it, start it like this:",
        f'  LANGFLOW_URL={address} LANGFLOW_API_KEY="{key}" make run',
    ]


def _port(outer: Mapping[str, str]) -> int:
    text = outer.get("LANGFLOW_PORT") or str(PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Conflict("LANGFLOW_PORT is not a port number.", code="port_invalid", hint="Use LANGFLOW_PORT=7861.")
    return int(text)
