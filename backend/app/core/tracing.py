"""Traces (OpenTelemetry) from a request through the queue to the flow server, when OTEL_EXPORTER_OTLP_ENDPOINT is set.

Unset, nothing that records or sends is even imported. A span carries the names of routes, stages, jobs and flows, and
ids of ours; never a text, an address of a page or the message of an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from app import __version__
from app.core.config import settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

HEADER = "traceparent"
Kind = Literal["internal", "server", "client", "producer", "consumer"]


def is_on() -> bool:
    """Whether somebody wants traces."""
    return bool(settings().otlp_endpoint)


@contextmanager
def span(name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: str | int) -> Iterator[Any]:
    """A span around the block, under `parent` (a `traceparent`) or the one that is open; yields None when off."""
    if not is_on():
        yield None
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    tracer = _provider(os.getpid()).get_tracer("rehearsal", __version__)
    opened = tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind[kind.upper()],
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
        # The message of an exception may quote somebody's text.
        record_exception=False,
        set_status_on_exception=False,
    )
    with opened as current:
        try:
            yield current
        except Exception as error:
            current.set_status(Status(StatusCode.ERROR))
            current.set_attribute("error.type", type(error).__name__)
            raise


@contextmanager
def continued(parent: str | None) -> Iterator[None]:
    """Spans of the block belong under `parent`."""
    if parent is None or not is_on():
        yield
        return
    from opentelemetry import context

    token = context.attach(_context(parent) or context.Context())
    try:
        yield
    finally:
        context.detach(token)


def current() -> str | None:
    """The `traceparent` of the open span."""
    return headers().get(HEADER)


def headers() -> dict[str, str]:
    """The header that tells another service which span asks; empty when off."""
    if not is_on():
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return {HEADER: carrier[HEADER]} if HEADER in carrier else {}


def close() -> None:
    """Send what has not been sent. Called when a process ends."""
    if is_on() and _provider.cache_info().currsize:
        _provider(os.getpid()).shutdown()
        _provider.cache_clear()


def _context(parent: str | None) -> Context | None:
    if parent is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({HEADER: parent})


@lru_cache(maxsize=1)
def _provider(_: int) -> TracerProvider:
    """The tracer provider of this process: a forked child makes its own, with a thread of its own that sends."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    endpoint = f"{(settings().otlp_endpoint or '').rstrip('/')}/v1/traces"
    name = os.environ.get("OTEL_SERVICE_NAME") or "rehearsal"
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint), schedule_delay_millis=1_000))
    return provider
