"""Text that fits an ordinary SMS: the GSM 7-bit alphabet (3GPP TS 23.038).

One character outside it turns the whole message into UCS-2, 70 characters a
part, and the price doubles.
"""

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two septets each
LIMIT = 160
_REPLACED = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "…": "...", "•": "-", "·": ".", "×": "x", "→": "->",
    "œ": "oe", "Œ": "OE", "ç": "c", "°": "o", "№": "No", "ɖ": "d", "Ɖ": "D", "ɛ": "e", "Ɛ": "E", "ɔ": "o",
    "Ɔ": "O", "ŋ": "n", "Ŋ": "N", "ɣ": "g", "ɩ": "i", "ʋ": "v", "ł": "l", "Ł": "L", "đ": "d", "ı": "i",
    "\u2009": " ", "\u200a": " ", "\t": " ",
}  # fmt: skip
_SPACES = frozenset("\u00a0\u202f\u2007\u2002\u2003\u3000")


def transliterate(text: str) -> str:
    """The nearest text in the GSM 7-bit alphabet: ’ -> ', ê -> e, « x » -> "x", ɖ -> d.

    A character without any near letter becomes "?".
    """
    text = unicodedata.normalize("NFC", text)
    for before, after in (
        ("«\u00a0", '"'),
        ("«\u202f", '"'),
        ("« ", '"'),
        ("\u00a0»", '"'),
        ("\u202f»", '"'),
        (" »", '"'),
    ):
        text = text.replace(before, after)
    return "".join(_letter(c) for c in text)


def _letter(c: str) -> str:
    if c in _REPLACED:
        return _REPLACED[c]
    if c in BASIC or c in EXTENDED:
        return c
    if c in _SPACES:
        return " "
    if unicodedata.category(c) in {"Cc", "Cf", "Mn"}:
        return ""
    plain = "".join(p for p in unicodedata.normalize("NFKD", c) if not unicodedata.combining(p))
    if plain and plain != c:
        return "".join(_letter(p) for p in plain)
    return "?"


def septets(text: str) -> int:
    """Length of a transliterated text as the network counts it. Raises ValueError on other letters."""
    total = 0
    for c in text:
        if c in BASIC:
            total += 1
        elif c in EXTENDED:
            total += 2
        else:
            raise ValueError(f"{c!r} is not in the GSM 7-bit alphabet")
    return total


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` septets of a transliterated text, ended by "." where it was cut."""
    if septets(text) <= limit:
        return text
    kept, used = [], 0
    for c in text:
        used += 2 if c in EXTENDED else 1
        if used > limit - 1:
            break
        kept.append(c)
    return "".join(kept).rstrip() + "."
