"""HMAC-SHA256 over "t.body", as FedaPay documents it: header "t=<seconds>,s=<hex>"."""

import hashlib
import hmac
import time

WINDOW_SECONDS = 300


def sign(secret: bytes, body: bytes, *, at: int | None = None) -> str:
    moment = int(time.time()) if at is None else at
    return f"t={moment},s={_digest(secret, moment, body)}"


def verify(secret: bytes, header: str, body: bytes, *, now: float | None = None) -> bool:
    """True for a genuine signature of these very bytes, at most 300 s old or ahead."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    age = abs((time.time() if now is None else now) - int(stamp))
    genuine = hmac.compare_digest(_digest(secret, int(stamp), body).encode(), parts.get("s", "").encode())
    return genuine and age <= WINDOW_SECONDS


def _digest(secret: bytes, moment: int, body: bytes) -> str:
    return hmac.new(secret, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
