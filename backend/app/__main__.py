"""`python -m app`: the whole system, and its core without the web.

JSON on standard output, progress and messages on standard error. Exit status 0 on success, 2 on bad input with one
clear sentence, 1 when something else failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any, NoReturn

from app import __version__
from app.domain.errors import ProviderError, RehearsalError
from app.domain.question import QuestionKind

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        sys.stderr.write(f"{message[0].upper()}{message[1:]}. See `{self.prog} --help`.\n")
        sys.exit(EXIT_BAD_INPUT)


def parser() -> Parser:
    """The command line, as docs/cli.md describes it."""
    top = Parser(prog="python -m app", description="Practise a job interview for one real posting.")
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    commands.add_parser("up", help="start the whole system (PORT, REHEARSAL_DATA)")

    commands.add_parser("langflow", help="a whole Langflow server with its editor (LANGFLOW_PORT, REHEARSAL_DATA)")

    from app.supervisor import serve

    serve.options(commands.add_parser("serve", help="one part of it, as a container runs it (docs/containers.md)"))

    plan = commands.add_parser("plan", help="questions for a posting")
    plan.add_argument("--posting", required=True, metavar="FILE|URL|-", help="text, PDF, DOCX or HTML")
    plan.add_argument("--resume", metavar="FILE|-", help="what it shows of the posting; changes no question")
    plan.add_argument("--questions", type=int, default=8, help="3 to 15 (default: %(default)s)")
    plan.add_argument("--seed", type=int, default=0, help="the same seed gives the same questions")

    grade = commands.add_parser("grade", help="the grade of one answer, or of many with --batch")
    grade.add_argument("--batch", action="store_true", help="JSON lines in, JSON lines out")
    grade.add_argument("--question", metavar="TEXT")
    answer = grade.add_mutually_exclusive_group()
    answer.add_argument("--answer", metavar="FILE|-", help="the answer as text")
    answer.add_argument("--recording", metavar="FILE", help="the answer as a recording")
    grade.add_argument("--posting", metavar="FILE|URL", help="the posting the question is for")
    kinds = [kind.value for kind in QuestionKind]
    grade.add_argument("--kind", choices=kinds)

    practice = commands.add_parser("practice", help="plan, answer question N with the Nth recording, report")
    practice.add_argument("--posting", required=True, metavar="FILE|URL")
    practice.add_argument("--recordings", required=True, metavar="DIR", help="recordings or .txt files, sorted by name")
    practice.add_argument("--out", required=True, metavar="FILE", help="where the report goes")
    practice.add_argument("--questions", type=int, default=8, help="3 to 15 (default: %(default)s)")
    practice.add_argument("--seed", type=int, default=0)

    speak = commands.add_parser("speak", help="a sentence as audio with mouth shapes")
    speak.add_argument("text", metavar="TEXT")
    speak.add_argument("--out", required=True, metavar="FILE.wav")
    speak.add_argument("--voice", default="af_heart")
    speak.add_argument("--speed", type=float, default=1.0, help="0.5 to 2.0")

    storage = commands.add_parser("storage", help="try, set up or move the place where recordings are")
    actions = storage.add_subparsers(dest="action", required=True, parser_class=Parser)
    actions.add_parser("check", help="write, read, list and delete a test object")
    setup = actions.add_parser("setup", help="a bucket's access from the page, and the end of what is old")
    setup.add_argument("--origin", required=True, metavar="URL", help="where the page is: https://rehearsal.example")
    move = actions.add_parser("move", help="copy everything to another place and compare it; may be repeated")
    move.add_argument("--to", required=True, metavar="URL", help="file:///folder or s3://bucket/prefix")
    move.add_argument("--delete-source", action="store_true", help="when every copy is equal to its original")

    account = commands.add_parser(
        "account", help="make, list and erase accounts of a server, say who is an administrator"
    )
    actions = account.add_subparsers(dest="action", required=True, parser_class=Parser)
    create = actions.add_parser("create", help="prints a link to set the password, good once and for 24 hours")
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--administrator", action="store_true", help="may change what belongs to the installation")
    actions.add_parser("list", help="every account")
    appoint = actions.add_parser("administrator", help="make somebody an administrator")
    appoint.add_argument("email", metavar="EMAIL")
    appoint.add_argument("--no", action="store_true", help="nobody special any more")
    erase = actions.add_parser("erase", help="delete an account with everything; prints the code of the receipt")
    erase.add_argument("email", metavar="EMAIL")
    erase.add_argument("--yes", action="store_true", help="without it nothing is deleted")
    backup = commands.add_parser("backup", help="the whole system in one file, and back")
    ways = backup.add_subparsers(dest="action", required=True, parser_class=Parser)
    create = ways.add_parser("create", help="make one; with the recordings when they are in a folder")
    create.add_argument("--with-media", action="store_true", help="with the recordings of a bucket, too")
    listing = ways.add_parser("list", help="those that are there, the newest first")
    back = ways.add_parser("restore", help="put one back; nothing else may run")
    back.add_argument("file", metavar="FILE", help="path, s3://bucket/prefix/name, or a name of the list")
    back.add_argument("--overwrite", action="store_true", help="delete the data that is there")
    prune = ways.add_parser("prune", help="delete the oldest")
    prune.add_argument("--keep", type=int, default=14, help="how many stay (default: %(default)s)")
    for way in (create, listing, prune):
        way.add_argument("--to", metavar="DIR|URL", help="folder or s3://bucket/prefix (default: REHEARSAL_BACKUP_URL)")

    doctor = commands.add_parser("doctor", help="what is there, what is missing, how to get it")
    doctor.add_argument("--live", metavar="PROVIDER", help="make the smallest real call of a provider instead")
    commands.add_parser("openapi", help="the OpenAPI document of the API")
    return top


def run(options: argparse.Namespace) -> int:
    """Run one command; returns the exit status."""
    match options.command:
        case "up":
            from app.supervisor.system import run as up

            return up()
        case "langflow":
            from app.supervisor.langflow import run as langflow

            return langflow()
        case "serve":
            from app.supervisor import serve

            return serve.run(options)
        case "plan":
            from app.cli import plan

            show(plan.run(options))
        case "grade":
            from app.cli import grade

            if options.batch:
                grade.print_batch()
                return 0
            if not options.question or not (options.answer or options.recording):
                sys.stderr.write("Grade needs --question and one of --answer and --recording, or --batch.\n")
                return EXIT_BAD_INPUT
            show(grade.run(options))
        case "practice":
            from app.cli import practice

            show(practice.run(options))
        case "speak":
            from app.cli import speak

            show(speak.run(options))
        case "storage":
            from app.cli import storage

            show(storage.run(options))
        case "account":
            from app.cli import account

            show(account.run(options))
        case "backup":
            from app.cli import backup

            show(backup.run(options))
        case "doctor":
            from app.cli import doctor

            report, status = doctor.live(options.live) if options.live else doctor.run()
            show(report)
            return status
        case "openapi":
            from app.main import create_app

            show(create_app().openapi())
    return 0


def show(result: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


def main() -> int:
    """Exit status of the command line."""
    # One thread per process is as fast for these small matrices and leaves the other core to the rest.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    options = parser().parse_args()
    try:
        return run(options)
    except RehearsalError as problem:
        sys.stderr.write(f"{problem.message} {problem.hint or ''}".rstrip() + "\n")
        return EXIT_FAILED if isinstance(problem, ProviderError) or problem.status >= 500 else EXIT_BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`| head`); what was written is all it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def leave(status: int) -> NoReturn:
    """End the process with this exit status."""
    if "obstore" in sys.modules:
        # A thread of obstore may still be letting go of its last call. The interpreter's own end then aborts the
        # process (one in six, measured with 0.12.1 and Python 3.11), so it is left out.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    leave(main())
