"""Whole F CFA: display, words and exact splitting. The CFA franc has no subunit."""

from collections.abc import Sequence

from num2words import num2words

NBSP = "\u00a0"


def format_xof(amount_xof: int) -> str:
    """48215300 -> "48 215 300 F", with no-break spaces."""
    return f"{amount_xof:,}".replace(",", NBSP) + f"{NBSP}F"


def in_words(amount_xof: int) -> str:
    """2000 -> "deux mille francs CFA"."""
    words = num2words(amount_xof, lang="fr")
    # French says "un million de francs" but "un million deux cents francs".
    link = " de" if amount_xof and amount_xof % 1_000_000 == 0 else ""
    plural = "s" if abs(amount_xof) >= 2 else ""
    return f"{words}{link} franc{plural} CFA"


def split(total_xof: int, weights: Sequence[int]) -> list[int]:
    """Shares of ``total_xof`` in proportion to ``weights``, by largest remainder.

    The shares always add up to the total; ties go to the earlier share.
    Raises ValueError when no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be >= 0 and not all zero")
    shares = [total_xof * w // whole for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_xof * weights[i] % whole), i))
    for i in by_remainder[: total_xof - sum(shares)]:
        shares[i] += 1
    return shares
