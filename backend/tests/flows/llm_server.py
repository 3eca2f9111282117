"""A small language model behind OpenAI's protocol, as a process of its own: `python -m tests.flows.llm_server PORT`.

SmolLM2-135M (Apache-2.0) by llama.cpp from a wheel. What it says means nothing; that it can be handled is the point.
"""

from __future__ import annotations

import sys
import threading

import xllamacpp

from app.services.providers.assets import files, sha256_of
from app.utils.paths import models_dir

NAME = "smollm2/model.gguf"
# Tokens of the longest reply: enough for one question, too few for a whole grade. One thread: with as many as
# cores it is slower as soon as somebody else works (facts: 4-6 tokens a second instead of 80).
LONGEST, THREADS = 120, 1


def main() -> None:
    """Serve until killed."""
    path = models_dir() / NAME
    if not path.is_file() or sha256_of(path) != files(development=True)[NAME].sha256:
        raise SystemExit(f"{NAME} is missing or damaged: run `python3 backend/bootstrap.py setup --dev`")
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = 4096
    params.n_parallel = 1
    params.n_predict = LONGEST
    params.port = int(sys.argv[1])
    params.cpuparams.n_threads = THREADS
    server = xllamacpp.Server(params)
    sys.stderr.write(f"listening on {server.listening_address}\n")
    threading.Event().wait()


if __name__ == "__main__":
    main()
