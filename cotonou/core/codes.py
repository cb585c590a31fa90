"""Short codes that people read, type and dictate: tracking, verification, booth.

Crockford base 32 without I, L, O, U, random (never sequential), with a check
character over all that precede it. What people type is forgiven: case, spaces,
dashes, o for 0, i or l for 1.
"""

import secrets

MAX_LENGTH = 40
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {c: i for i, c in enumerate(ALPHABET)}
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", "\u00a0": "", ".": ""})
# Odd multipliers are invertible modulo 32, so one wrong character never
# passes; neighbours get different ones, so most swaps do not either.
_WEIGHTS = (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)


def check_character(body: str) -> str:
    total = sum(_WEIGHTS[i % 16] * _VALUES[c] for i, c in enumerate(body))
    return ALPHABET[total % 32]


def new_code(length: int = 10) -> str:
    """A random code of ``length`` characters, the last one being the check."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + check_character(body)


def normalise(typed: str) -> str | None:
    """The canonical code in what somebody typed, or None if it cannot be one."""
    code = typed.strip().upper().translate(_FORGIVEN)
    if not 4 <= len(code) <= MAX_LENGTH or any(c not in _VALUES for c in code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


def pretty(code: str) -> str:
    """Groups that are easy to read aloud: ABCDE12345 -> ABCDE-12345."""
    size = 5 if len(code) % 5 == 0 else 4
    return "-".join(code[i : i + size] for i in range(0, len(code), size))
