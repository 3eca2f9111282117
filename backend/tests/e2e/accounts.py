"""`python -m tests.e2e.accounts`: the journeys of a server for many, in a browser, with a mail catcher beside it.

Starts `python -m app up` in server mode with embedded services, on this machine alone. Mails arrive as files in a
folder, where `frontend/e2e/accounts.spec.ts` reads their links.
"""

from __future__ import annotations

import email
import email.policy
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.e2e import isolation, media
from tests.e2e.system import RunningSystem, free_port

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"


class Catcher:
    """A handler of aiosmtpd that writes the text of each mail into a file: 0001.txt, 0002.txt, …"""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep a mail. It gets its name when it is whole: somebody waits for the name."""
        self.count += 1
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        unfinished = self.folder / f"{self.count:04}.part"
        unfinished.write_text(str(mail.get_content()))  # type: ignore[attr-defined]
        unfinished.rename(unfinished.with_suffix(".txt"))
        return "250 OK"


def main() -> int:
    """Exit status 0 when every journey passed."""
    isolation.enter("tests.e2e.accounts")
    with tempfile.TemporaryDirectory(prefix="rh-e2e-") as folder:
        root = Path(folder)
        material = Path(os.environ.get("REHEARSAL_E2E_MEDIA") or root / "media")
        media.write_all(material)
        mails = root / "mails"
        mails.mkdir()
        port, smtp = free_port(), free_port()
        os.environ |= {
            "REHEARSAL_MODE": "server",
            "REHEARSAL_EMBEDDED_SERVICES": "1",
            "REHEARSAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "REHEARSAL_SECRET_KEY": secrets.token_urlsafe(48),
            "REHEARSAL_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
            "REHEARSAL_MAIL_FROM": "Rehearsal <rehearsal@example.org>",
        }
        catcher = Controller(Catcher(mails), hostname="127.0.0.1", port=smtp)
        catcher.start()
        try:
            with RunningSystem(root / "data", port=port, start_timeout_s=300) as system:
                print(f"server ready after {system.ready_after_s:.1f} s", flush=True)
                done = subprocess.run(
                    ["npx", "--no-install", "playwright", "test", "accounts.spec.ts", *sys.argv[1:]],
                    cwd=FRONTEND,
                    env={
                        **os.environ,
                        "CI": "true",
                        "BASE_URL": system.url,
                        "E2E_MAIL": str(mails),
                        "FAKE_VIDEO": str(material / "face.y4m"),
                        "FAKE_AUDIO": str(material / "answer.wav"),
                        "FAKE_TEXT": str(material / "answer.txt"),
                    },
                    check=False,
                )
                if done.returncode:
                    artifacts = FRONTEND / "e2e" / "artifacts"
                    artifacts.mkdir(parents=True, exist_ok=True)
                    (artifacts / "server.log").write_text(system.output())
                    print(f"the server's own output is in {artifacts / 'server.log'}")
                return done.returncode
        finally:
            catcher.stop()


if __name__ == "__main__":
    sys.exit(main())
