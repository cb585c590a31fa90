"""What papers say while they prove nothing: a demonstration, or keys that are only files."""

from django.conf import settings


def mark() -> str:
    """ "DÉMONSTRATION", "ESSAI", or "" for a portal that counts. In French: it is printed.

    Keys in a file sign for trials only; the go-live page refuses them.
    """
    if settings.DEMO:
        return "DÉMONSTRATION"
    return "ESSAI" if settings.DOCUMENT_KEYS_PROVIDER == "file" else ""
