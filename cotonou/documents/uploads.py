"""Who may see the files of a subject: the app that owns the subject says so at startup."""

from collections.abc import Callable
from uuid import UUID

from cotonou.accounts.actors import Actor
from cotonou.documents.models import Upload

_access: dict[str, Callable[[Actor, UUID], bool]] = {}


def register_access(subject_kind: str, may_see: Callable[[Actor, UUID], bool]) -> None:
    """``may_see``: (actor, subject's uuid) -> bool. Raises ValueError when the kind is taken."""
    if subject_kind in _access:
        raise ValueError(f"access to the files of {subject_kind} is already registered")
    _access[subject_kind] = may_see


def may_see(actor: Actor, upload: Upload) -> bool:
    """False for a file without a subject, or of a subject that nobody registered."""
    rule = _access.get(upload.subject_kind)
    return rule is not None and upload.subject_uuid is not None and rule(actor, upload.subject_uuid)
