"""Text as old files give it: accents lost, doubled or decoded twice, and names in one cell."""

import html
import re
import unicodedata

# UTF-8 that was read as Windows-1252: « Ã© ». A lead byte and the bytes that must follow it.
_LEAD2, _LEAD3 = "\u00c2-\u00c6\u00c9\u00cc\u00cd", "\u00e1\u00e2"
_CP1252_HIGH = "".join(bytes([b]).decode("cp1252", "ignore") for b in range(0x80, 0xA0))
_NEXT = "\u0080-\u00bf" + re.escape(_CP1252_HIGH)
_TWICE = re.compile(rf"[{_LEAD2}][{_NEXT}]|[{_LEAD3}][{_NEXT}]{{2}}")
# What such a run may turn out to be; anything else was meant as it stands.
_PLAUSIBLE = re.compile(
    rf"[\u00a0-\u017f\u0189\u0186\u0190\u0256\u0254\u025b\u0300-\u036f\u1e00-\u1eff{re.escape(_CP1252_HIGH)}]"
)
_SPACING_ACCENTS = {"\u00b4": "\u0301", "`": "\u0300", "^": "\u0302", "\u00a8": "\u0308"}
# After a vowel only: in N`DAH the sign is an apostrophe.
_SPACING = re.compile(r"([AEIOUaeiou\u0186\u0190\u0254\u025b])([\u00b4`^\u00a8])")
_DOUBLED = re.compile(r"([\u0300-\u036f])\1+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ILLEGIBLE = re.compile(r"[\ufffd\u25a1]|\w\?|\?\w")
_LIKE_LATIN = str.maketrans({"ɔ": "o", "ɛ": "e", "ɖ": "d", "’": "'", "ʼ": "'", "œ": "oe", "æ": "ae"})


def repair(text: str) -> str:
    """The text as it was meant: one space between words, NFC, each accent once.

    "HOUNGBÃ‰DJI" and "HOUNGBE´DJI" -> "HOUNGBÉDJI". What cannot be known is left
    as it is: see ``is_illegible``.
    """
    if text.isascii() and "&" not in text and "`" not in text and "^" not in text:
        return " ".join(_CONTROL.sub(" ", text).split())
    text = html.unescape(text)
    for _round in range(2):  # some files were decoded wrongly twice
        text = _TWICE.sub(_undo, text)
    text = _SPACING.sub(lambda m: m[1] + _SPACING_ACCENTS[m[2]], text)
    text = _DOUBLED.sub(r"\1", unicodedata.normalize("NFD", text))
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def _undo(match: re.Match) -> str:
    octets = b"".join(_octet(c) for c in match[0])
    try:
        meant = octets.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    return meant if _PLAUSIBLE.fullmatch(meant) else match[0]


def _octet(character: str) -> bytes:
    # Python's cp1252 refuses the five codes that it leaves undefined; files hold them all the same.
    return character.encode("latin-1") if ord(character) < 0x100 else character.encode("cp1252")


def is_illegible(text: str) -> bool:
    """True when a letter was lost for good: "S?nan", "HOUNGB\ufffdDJI"."""
    return bool(_ILLEGIBLE.search(text))


def plain(text: str) -> str:
    """Lower case, no accents: for headers and keywords. "Né(e) le" -> "ne(e) le"."""
    decomposed = unicodedata.normalize("NFD", text.lower().translate(_LIKE_LATIN))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def split_full_name(text: str) -> tuple[str, str]:
    """ "HOUNGBÉDJI Sènan Paul" -> ("HOUNGBÉDJI", "Sènan Paul").

    Leading words in capitals are the surname; when all or none are, the first word is,
    with a particle: "DE SOUZA MARIE" -> ("DE SOUZA", "MARIE").
    """
    words = text.split()
    capitals = 0
    while capitals < len(words) and _is_capital(words[capitals]):
        capitals += 1
    if capitals in (0, len(words)):
        capitals = (
            2 if len(words) > 2 and plain(words[0]) in {"de", "da", "do", "dos", "el", "al", "d"} else 1
        )
    return " ".join(words[:capitals]), " ".join(words[capitals:])


def _is_capital(word: str) -> bool:
    return any(c.isalpha() for c in word) and word == word.upper()
