"""Where files lie: random names in dated folders of the default storage, never under a public URL."""

import os
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

UPLOADS, SEALED = "uploads", "documents"
# A file without a row is left by a process that died; younger ones may still get theirs.
ORPHAN_AGE = timedelta(hours=24)


def _folder(root: str, moment=None) -> str:
    return f"{root}/{(moment or timezone.now()):%Y/%m/%d}"


def _save(path: str, content: ContentFile) -> str:
    path = default_storage.save(path, content)
    try:
        local = default_storage.path(path)
    except NotImplementedError:
        return path  # object storage: an answered write is a durable one
    with open(local, "rb") as handle:  # noqa: PTH123
        os.fsync(handle.fileno())
    return path


def save_upload(content: ContentFile, *, extension: str) -> str:
    """The storage path of a new private file."""
    return _save(f"{_folder(UPLOADS)}/{secrets.token_hex(16)}{extension}", content)


def save_sealed(pdf: bytes, *, name: str) -> str:
    """The storage path of a sealed PDF; ``name`` is unique to this very content."""
    return _save(f"{_folder(SEALED)}/{name}.pdf", ContentFile(pdf))


def read(path: str | None) -> bytes:
    with default_storage.open(path or "") as handle:
        return handle.read()


def delete(path: str | None) -> None:
    if path:
        default_storage.delete(path)


def _files_of(root: str, day) -> list[str]:
    folder = _folder(root, day)
    if not default_storage.exists(folder):
        return []
    return [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]


def sweep_orphans(*, known: Callable[[list[str]], set[str]]) -> int:
    """Delete files of the last days that no row names, once they are a day old; returns how many.

    known: function from paths to those that a row names.
    """
    now, count = timezone.now(), 0
    for root in (UPLOADS, SEALED):
        for days in range(1, 4):
            paths = _files_of(root, now - timedelta(days=days))
            for path in set(paths) - (known(paths) if paths else set()):
                if default_storage.get_modified_time(path) < now - ORPHAN_AGE:
                    default_storage.delete(path)
                    count += 1
    return count
