"""What people type, made safe to store and to print, without changing what they meant."""

import re
import unicodedata

_SPACES = re.compile(r"[^\S\n]+")


def line(typed: str) -> str:
    """One line: NFC, single spaces, no control, zero-width or direction character."""
    return _SPACES.sub(" ", _visible(typed).replace("\n", " ")).strip()


def lines(typed: str) -> str:
    """The same for several lines; line ends become \\n."""
    kept = [_SPACES.sub(" ", part).strip() for part in _visible(typed).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _visible(typed: str) -> str:
    typed = re.sub(r"\r\n?|\u2028|\u2029", "\n", typed)
    return "".join(_character(c) for c in unicodedata.normalize("NFC", typed))


def _character(c: str) -> str:
    if c == "\n":
        return c
    if c == "\t":
        return " "
    # Cc control, Cf format (zero width, direction), Cs lone surrogate, Co private use, Cn unassigned.
    return "" if unicodedata.category(c)[0] == "C" else c
