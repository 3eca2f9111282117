"""Logs as JSON lines on standard error: ids, codes and times, never a person's text.

Our own lines name what they say. Lines of libraries may quote anything, so of them only this is written: the text of
those whose words are known to be harmless, without the arguments that could be somebody's; of all others, that there
was a line. Of an exception: its type and where it was raised.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

# Their own words (templates) hold nothing of a person; what is put into them may.
HARMLESS = ("uvicorn", "celery", "kombu", "alembic", "app", "__mp_main__")
# Arguments of Celery's lines by name; `args`, `kwargs`, `exc`, `return_value` and `traceback` are not among them.
NAMED = frozenset({"id", "name", "runtime", "hostname", "queue", "pid", "signum", "description"})
WITHHELD = "[withheld]"
FRAMES = 12


def place(error: BaseException) -> str:
    """Where an error was raised. Its message stays out of the logs: it may quote somebody's text."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "unknown"


def request_id() -> str:
    """The id of the request that is being answered, or that caused the task that runs."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def correlate(identity: str | None) -> None:
    """From now on, in this task or thread, every line belongs to this request; None: to none."""
    structlog.contextvars.unbind_contextvars("request_id")
    if identity:
        structlog.contextvars.bind_contextvars(request_id=identity)


def _quiet_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """In the place of a traceback with its messages: types and places, outermost call first."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = info[1] if isinstance(info, tuple) else info if isinstance(info, BaseException) else sys.exc_info()[1]
    if not info or error is None:
        return event
    event["error"], frames = type(error).__name__, []
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    event["frames"] = frames[-FRAMES:]
    return event


class _Harmless(logging.Filter):
    """Takes out of a library's line what could be somebody's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Changes the record; none is dropped."""
        if isinstance(record.msg, dict) and getattr(record, "_from_structlog", False):
            return True
        if record.name.split(".")[0] not in HARMLESS:
            record.msg, record.args = f"a line of {record.name}", ()
        elif isinstance(record.args, dict):
            record.args = {key: value if key in NAMED else WITHHELD for key, value in record.args.items()}
        elif record.args and (record.levelno != logging.INFO or any(map(_is_error, record.args))):
            # What is only told while looking for a mistake quotes messages whole (celery.pool).
            record.args = tuple(value if isinstance(value, (int, float)) else WITHHELD for value in record.args)
        elif not record.args and record.name.startswith(("celery", "kombu")) and record.levelno >= logging.WARNING:
            record.msg = "a line of " + record.name  # put together before it came here
        elif isinstance(record.msg, str):
            record.msg = record.msg.strip().split("\n")[0]
        record.exc_text = record.stack_info = None
        # Celery keeps arguments and tracebacks there.
        record.__dict__.pop("data", None)
        return True


def _is_error(value: object) -> bool:
    return isinstance(value, BaseException)


def configure(level: str) -> None:
    """Send structlog and the standard library's loggers the same way, one JSON object per line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Harmless())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _quiet_exception,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        # They have handlers of their own, which print tracebacks with messages.
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    # Our own line per request says the same without the query string.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # A line that cannot be formatted would be printed with its arguments.
    logging.raiseExceptions = False
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
    """The last words of a process or a thread, without the message."""
    if kind is not None and issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    where = place(error) if error is not None else "unknown"
    structlog.get_logger("app").critical("uncaught", type=kind.__name__, place=where)
