"""One line per event, to standard error: JSON for machines, plain text on a terminal.

Logs carry ids, never names, phone numbers, codes or document contents. Three
leaks are closed here because they come from libraries: paths (a tracking code
is in the address), PostgreSQL's DETAIL line (it quotes the row), and fields
that somebody passes by mistake.
"""

import logging
import logging.config
import os
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

PERSONAL = re.compile(
    r"(^|_)(name|names|phone|email|e_mail|address|password|secret|token|code|otp|cookie|cookies|body|answers)$"
)
# Ours or a library's, and known to hold nothing about a person.
HARMLESS = frozenset({"status_code", "error_code", "lease_token", "logger_name", "func_name", "queue_name"})
HIDDEN = "[hidden]"
DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)


def configure(level: str = "INFO") -> None:
    """Send structlog and the standard logging of every library through one formatter.

    level: a standard level name. LOG_FORMAT=json|console decides the look;
    without it, a terminal gets text and anything else gets JSON.
    """
    default = "console" if sys.stderr.isatty() else "json"
    as_json = os.environ.get("LOG_FORMAT", default) == "json"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_personal,
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"events": {"()": _formatter, "as_json": as_json, "shared": shared}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Its SQL holds people's data, even at DEBUG.
                "django.db.backends": {"level": "WARNING"},
                "django": {"handlers": [], "propagate": True},
                "fontTools": {"level": "WARNING"},
                "weasyprint": {"level": "ERROR"},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _formatter(as_json: bool, shared: list[Processor]) -> logging.Formatter:
    last: list[Processor] = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    if not as_json:
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[django_request, *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            hide_row_details,
            *last,
        ],
    )


def django_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Django logs the path of a failed request; keep the route, which names no row and no code."""
    record = event.get("_record")
    request: Any = getattr(record, "request", None)
    if record is None or not record.name.startswith("django.") or not hasattr(request, "path"):
        return event
    match = getattr(request, "resolver_match", None)
    event["event"] = str(event["event"]).split(":")[0]
    event["route"] = match.route if match else "[unknown]"
    event["method"] = request.method
    if hasattr(record, "status_code"):
        event["status_code"] = record.status_code
    return event


def hide_personal(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key in event:
        if key not in HARMLESS and PERSONAL.search(key):
            event[key] = HIDDEN
    return event


def hide_row_details(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """psycopg's messages quote the offending row: "Key (phone)=(+229…) already exists"."""
    for key in ("exception", "event"):
        if isinstance(event.get(key), str):
            event[key] = DETAIL.sub(r"\1: " + HIDDEN, event[key])
    return event
