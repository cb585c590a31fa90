"""The few bytes of clamd's protocol that we need: INSTREAM over its local socket."""

import enum
import socket
import struct

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
_CHUNK = 64 * 1024
_TIMEOUT_SECONDS = 20


class Verdict(enum.Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"  # no scanner configured, or it does not answer


def scan(content: bytes) -> Verdict:
    """What clamd says of ``content``. Never raises: a scanner that is down is an answer too."""
    if not settings.CLAMD_SOCKET:
        return Verdict.UNAVAILABLE
    try:
        reply = _ask(content)
    except OSError as error:
        log.warning("documents.scanner_down", reason=str(error))
        return Verdict.UNAVAILABLE
    if reply.endswith("FOUND"):
        return Verdict.INFECTED
    if reply.endswith("OK"):
        return Verdict.CLEAN
    log.warning("documents.scanner_error", reply=reply[:200])
    return Verdict.UNAVAILABLE


def _ask(content: bytes) -> str:
    """Raises OSError, time-outs included."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_TIMEOUT_SECONDS)
        connection.connect(settings.CLAMD_SOCKET)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            chunk = content[start : start + _CHUNK]
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        reply = b""
        while data := connection.recv(4096):
            reply += data
    return reply.rstrip(b"\0\n ").decode(errors="replace")
