"""For the Langflow server under test: every look-up and connection outside this machine is refused and noted.

Python imports a module of this name at its start when it is on the path. Note in the file REHEARSAL_FENCE_LOG.
"""

import ipaddress
import os
import sys

NAMES = ("localhost", "")


def _fence(event, args):
    if event in ("socket.connect", "socket.sendto"):
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if host is None:
        return  # a Unix socket, or an address to listen on
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in NAMES:
        return
    try:
        if ipaddress.ip_address(name.split("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    with open(os.environ["REHEARSAL_FENCE_LOG"], "a", encoding="utf-8") as note:
        note.write(f"{name}\n")
    raise PermissionError(f"the server wanted to reach {name}")


sys.addaudithook(_fence)
