from typing import Any, Protocol
from uuid import UUID

from django.db import models

from cotonou.audit import actions
from cotonou.audit.models import Event


class Acting(Protocol):
    """Whoever acts: ``accounts.Actor``, seen from below."""

    @property
    def uuid(self) -> UUID | None: ...
    @property
    def label(self) -> str: ...
    @property
    def office_uuid(self) -> UUID | None: ...


def record(action: str, *, subject: models.Model, actor: Acting, **data: Any) -> Event:
    """Write to the trail, in the caller's transaction.

    ``subject`` has a ``public_id``; ``data`` is what JSON can hold: ids,
    reasons, before and after, never a one-time code or a document's content.
    Raises KeyError for an action, or a key of ``data``, that no room has put in words.
    """
    actions.check(action, data)
    return Event.objects.create(
        action=action,
        actor_uuid=actor.uuid,
        actor_label=actor.label,
        office_uuid=actor.office_uuid,
        subject_kind=subject._meta.label_lower,
        subject_uuid=getattr(subject, "public_id", None),
        subject_label=str(subject)[:200],
        data=data,
    )
