from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core import states
from cotonou.core.errors import Conflict, DomainError
from cotonou.documents.models import Upload
from cotonou.formbuilder import engine
from cotonou.formbuilder.models import Draft
from cotonou.formbuilder.services.filling import require_open
from cotonou.formbuilder.states import TRANSITIONS, DraftState


class AlreadySubmittedError(Conflict):
    """The draft was sent before, as by a double click: show what came of it."""

    code = "already_submitted"

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("Cette demande est déjà envoyée."))
        self.draft = draft


class IncompleteError(DomainError):
    """``step`` is the first page to complete."""

    code = "draft_incomplete"

    def __init__(self, step: str) -> None:
        super().__init__(_("Il manque une réponse. Complétez la page qui s’affiche, puis envoyez."))
        self.step = step


@transaction.atomic
def submit(*, draft: Draft, by: Actor) -> dict[str, Any]:
    """Close the draft and return its answers, in the caller's transaction.

    The caller makes its request in that same transaction: both happen or
    neither. The draft's row stays locked, so a second call waits, then raises
    AlreadySubmittedError. Answers are in the shapes of docs/formbuilder.md:
    hidden ones dropped, computed ones added, files as
    [{"upload": uuid, "name", "size"}] under their piece's id (the caller takes
    them over with ``documents.attach_uploads``, see ``sent_uploads``).
    Raises IncompleteError, DraftClosedError.
    """
    draft = (
        Draft.objects.select_for_update(of=("self",))
        .select_related("form_version", "contact")
        .get(pk=draft.pk)
    )
    if draft.state == DraftState.SUBMITTED:
        raise AlreadySubmittedError(draft)
    require_open(draft)
    filled = draft.filled()
    if step := engine.missing(draft.form, filled):
        raise IncompleteError(step)
    answers = engine.final(draft.form, filled)
    states.check(TRANSITIONS, draft.state, DraftState.SUBMITTED)
    draft.state, draft.submitted_at = DraftState.SUBMITTED, timezone.now()
    draft.save(update_fields=["state", "submitted_at", "updated_at"])
    audit.record("formbuilder.submitted", subject=draft, actor=by)
    return answers


def sent_uploads(*, draft: Draft, answers: dict[str, Any]) -> list[tuple[str, Upload]]:
    """The files that were sent, as (piece id, upload), in order; those of hidden pieces left out."""
    return [(link.piece, link.upload) for link in draft.kept_uploads() if link.piece in answers]
