"""What a citizen's answers say, whatever the shape they were given in."""

from typing import Any


def birth_year(answers: dict[str, Any]) -> int | None:
    """The year of birth as the citizen gave it: alone, or with its month and day."""
    given = answers.get("birth_date")
    text = str(given.get("year") or "") if isinstance(given, dict) else str(given or "")[:4]
    return int(text) if text.isdecimal() and len(text) == 4 else None
