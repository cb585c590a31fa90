"""Fonts of the documents and the library that subsets them.

Apart from rendering, so that web processes do not load WeasyPrint to check them.
"""

import ctypes.util
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
BASE = "asset:"
# Family, weight, style, file. Names of our own, so that no font of the machine ever answers for them.
FACES = (
    ("Cotonou Sans", 400, "normal", "NotoSans-Regular.ttf"),
    ("Cotonou Sans", 700, "normal", "NotoSans-Bold.ttf"),
    ("Cotonou Sans", 400, "italic", "NotoSans-Italic.ttf"),
    ("Cotonou Serif", 400, "normal", "NotoSerif-Regular.ttf"),
    ("Cotonou Serif", 700, "normal", "NotoSerif-Bold.ttf"),
)
ASSETS = {f"{BASE}{name}": FONTS / name for *_face, name in FACES}


def subsetter_is_missing() -> bool:
    """Without this library a certificate takes 400 ms instead of 60: workers must not start."""
    return ctypes.util.find_library("harfbuzz-subset") is None
