"""A picture of one page of a file, drawn in a process of its own with little memory and time.

PDFs that nobody scanned are read by a C++ library; if one of them breaks it,
only that process dies.
"""

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from cotonou.core.errors import DomainError
from cotonou.documents import storage
from cotonou.documents.models import Upload

_DRAWER = Path(__file__).parent / "preview_process.py"
_SECONDS = 15


def page_png(upload: Upload, page: int) -> bytes:
    """Page ``page`` (from 1) as PNG, at most 1,400 pixels wide.

    Raises DomainError when it cannot be drawn.
    """
    content = storage.read(upload.file.name)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_DRAWER), upload.content_type, str(page)],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise DomainError(
            _("L’aperçu de cette page ne peut pas être fait. Demandez une photo du papier."),
            code="no_preview",
        ) from error
    return done.stdout
