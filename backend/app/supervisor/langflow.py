"""`python -m app langflow`: a whole Langflow server with its editor, our components and flows, closed to others.

It runs in an environment of its own (langflow/.venv-server, `make langflow` installs it) and keeps its data in the data
folder. What the settings do, and how they were found out, is in docs/langflow.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from app.domain.errors import Conflict
from app.supervisor.folder import DataFolder
from app.utils.paths import REPOSITORY, models_dir

LANGFLOW = REPOSITORY / "langflow"
PROGRAM = LANGFLOW / ".venv-server" / "bin" / "langflow"
HOST, PORT = "127.0.0.1", 7860
USER = "rehearsal"
KEY_FILE, PASSWORD_FILE, SEAL_FILE = "langflow_server_key", "langflow_server_password", "langflow_server_seal"
# What the server may see of the environment: no key of a provider, no address of our database.
PASSED = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")


def environment(folder: DataFolder, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of the server: locked down, silent towards the internet, with our components and flows."""
    home = folder.root / "langflow"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder.root / "secrets").mkdir(mode=0o700, exist_ok=True)
    return {
        **{name: outer[name] for name in PASSED if name in outer},
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "REHEARSAL_MODELS": str(models_dir()),
        "OPENBLAS_NUM_THREADS": "1",
        # Where the flows ask a language model, when one is chosen: at the back end, which has the keys.
        "REHEARSAL_MODEL_GATEWAY": outer.get("REHEARSAL_MODEL_GATEWAY") or f"http://{HOST}:{outer.get('PORT') or 8000}",
        "REHEARSAL_GATEWAY_KEY": outer.get("REHEARSAL_GATEWAY_KEY") or folder.secret("gateway_key"),
        "LANGFLOW_CONFIG_DIR": str(home),
        "LANGFLOW_DATABASE_URL": outer.get("LANGFLOW_DATABASE_URL") or f"sqlite:///{home / 'langflow.db'}",
        "LANGFLOW_COMPONENTS_PATH": str(LANGFLOW / "components"),
        "LANGFLOW_LOAD_FLOWS_PATH": str(LANGFLOW / "flows"),
        "LANGFLOW_CREATE_STARTER_PROJECTS": "false",
        # Somebody has to log in, and the API wants the key: both are ours, made at the first start.
        "LANGFLOW_AUTO_LOGIN": "false",
        "LANGFLOW_SUPERUSER": USER,
        "LANGFLOW_SUPERUSER_PASSWORD": outer.get("LANGFLOW_SUPERUSER_PASSWORD") or folder.secret(PASSWORD_FILE),
        "LANGFLOW_API_KEY_SOURCE": "env",
        "LANGFLOW_API_KEY": outer.get("LANGFLOW_API_KEY") or folder.secret(KEY_FILE),
        # 32 random bytes in URL-safe base64, which Fernet wants padded.
        "LANGFLOW_SECRET_KEY": folder.secret(SEAL_FILE) + "=",
        # Only code of the components folder and Langflow's own runs; code inside an edited flow does not.
        "LANGFLOW_ALLOW_CUSTOM_COMPONENTS": "false",
        "LANGFLOW_NEW_USER_IS_ACTIVE": "false",
        "LANGFLOW_CORS_ORIGINS": outer.get("LANGFLOW_CORS_ORIGINS") or f"http://{HOST}:{_port(outer)}",
        # It talks to nobody: no telemetry, no list of models, no store.
        "DO_NOT_TRACK": "1",
        "LANGFLOW_DO_NOT_TRACK": "true",
        "LANGFLOW_MODELS_DEV_REFRESH": "false",
        "LANGFLOW_STORE": "false",
        "LANGFLOW_SKIP_MCP_AUTO_INIT": "true",
        "LANGFLOW_LOG_LEVEL": outer.get("LANGFLOW_LOG_LEVEL") or "warning",
        "LANGFLOW_OPEN_BROWSER": "false",
    }


def command(outer: Mapping[str, str]) -> list[str]:
    """What to run. Raises Conflict when the server is not installed or the port is no number."""
    if not PROGRAM.exists():
        raise Conflict("The Langflow server is not installed.", code="langflow_missing", hint="Run `make langflow`.")
    return [str(PROGRAM), "run", "--host", HOST, "--port", str(_port(outer)), "--no-open-browser"]


def run() -> int:
    """Say how to use it, then become the server. Does not return when it starts."""
    folder = DataFolder(Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data"))
    argv, chosen = command(os.environ), environment(folder, os.environ)
    secrets = folder.root / "secrets"
    for line in (
        f"Langflow starts at http://{HOST}:{_port(os.environ)} (half a minute). Log in as {USER};",
        f"the password is in {secrets / PASSWORD_FILE}.",
        "To have Rehearsal use it, start it like this:",
        f"  LANGFLOW_URL=http://{HOST}:{_port(os.environ)} LANGFLOW_API_KEY=$(cat {secrets / KEY_FILE}) make run",
    ):
        sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
    os.chdir(LANGFLOW)
    os.umask(0o077)
    os.execve(argv[0], argv, chosen)


def _port(outer: Mapping[str, str]) -> int:
    text = outer.get("LANGFLOW_PORT") or str(PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Conflict("LANGFLOW_PORT is not a port number.", code="port_invalid", hint="Use LANGFLOW_PORT=7861.")
    return int(text)
