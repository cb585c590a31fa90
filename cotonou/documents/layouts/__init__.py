"""The page around a document's body, kept as files; a version copies the one it was published with."""

from pathlib import Path

_HERE = Path(__file__).parent
NAMES = ("certificate", "slip")


def load(name: str) -> tuple[str, str]:
    """(HTML, CSS) of a layout: one page, and the style of each. Raises ValueError for another name."""
    if name not in NAMES:
        raise ValueError(f"{name} is not one of {NAMES}")
    html = (_HERE / "page.html").read_text(encoding="utf-8")
    css = (_HERE / "base.css").read_text(encoding="utf-8")
    own = _HERE / f"{name}.css"
    return html, css + (own.read_text(encoding="utf-8") if own.exists() else "")
