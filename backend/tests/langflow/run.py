"""`python -m tests.langflow.run`: the tests of the whole Langflow server, with no network but loopback.

A server, a system and a browser are started; where the machine allows a network namespace nothing else can be reached.
"""

from __future__ import annotations

import sys

import pytest

from tests.e2e import isolation

if __name__ == "__main__":
    if not isolation.enter("tests.langflow.run"):
        print("network: this machine allows no network namespace", flush=True)
    sys.exit(pytest.main(["-m", "langflow_server", "tests/langflow", *sys.argv[1:]]))
