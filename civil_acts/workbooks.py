"""Opening a workbook that somebody else made: what is wrong with the file is told in a sentence."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cotonou.core.errors import DomainError


@contextmanager
def told(refusal: Callable[[], DomainError]) -> Iterator[None]:
    """``refusal()`` in place of whatever opening or reading the file raises.

    A list of the errors would always lack some: one changed byte makes zipfile, zlib, lxml and
    openpyxl raise two dozen kinds, from XMLSyntaxError to TypeError (tried on 600 damaged files).
    Hold only the reading inside, never work of our own.
    """
    try:
        yield
    except DomainError:
        raise
    except Exception as error:
        raise refusal() from error


def unpacked_bytes(source: Path | IO[bytes]) -> int:
    """What all parts of the workbook weigh once unpacked; reading a part never goes beyond what it says."""
    with zipfile.ZipFile(source) as archive:
        return sum(item.file_size for item in archive.infolist())
