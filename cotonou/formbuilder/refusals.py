"""Answers that are well formed but that the service can do nothing with: it says so where they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """Why, and what to do.

    fields: ids of the fields that bear it; the error goes to the first one of the page.
    text: the error, short. advice: what the person can do instead, beside it.
    ways: (step, words of the link), where an answer can be changed.
    """

    fields: tuple[str, ...]
    text: str
    advice: str = ""
    ways: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.text, self.advice)))


# From the visible answers of the whole form so far; None: nothing against them.
Judge = Callable[[Mapping[str, Any]], Refusal | None]
