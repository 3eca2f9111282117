"""The no-network proof: run this program again inside a network namespace that has loopback and nothing else."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

MARK = "REHEARSAL_TEST_ISOLATED"
IFF_UP, SIOCGIFFLAGS, SIOCSIFFLAGS = 0x1, 0x8913, 0x8914


def enter(module: str) -> bool:
    """Replace this process by `python -m module` without a network; returns False where the system forbids it.

    Returns True in the process that is already inside. As root a plain network namespace is made, otherwise one inside
    a user namespace.
    """
    if os.environ.get(MARK):
        _loopback_up()
        return True
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    options = ["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]
    if subprocess.run([unshare, *options, "true"], capture_output=True, check=False).returncode:
        return False
    os.environ[MARK] = "1"
    sys.stdout.flush()
    os.execv(unshare, [unshare, *options, sys.executable, "-m", module, *sys.argv[1:]])


def interfaces() -> set[str]:
    """Names of the network interfaces this process can use (/sys may still show the outer namespace's)."""
    return {name for _, name in socket.if_nameindex()}


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
