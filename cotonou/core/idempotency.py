"""One answer per idempotency key, for forms and API calls that must not act twice."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cotonou.core.errors import Conflict, DomainError
from cotonou.core.models import Submission


def digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def once(*, key: str, scope: str, body: Any, act: Callable[[], dict]) -> dict:
    """Run ``act`` the first time ``key`` is seen in ``scope``; afterwards return its answer.

    ``act`` runs in this function's transaction and returns something JSON can hold.
    Raises DomainError (code "key_reused", 422) when the same key comes with
    another body. Two calls at once: the second waits for the first, then gets
    its answer, since both want the same unique row.
    """
    if not key:
        return act()
    body_digest = digest(body)
    with transaction.atomic():
        _row, created = Submission.objects.get_or_create(
            key=key[:80], scope=scope, defaults={"body_digest": body_digest}
        )
        submission = Submission.objects.select_for_update().get(pk=_row.pk)
        if submission.body_digest != body_digest:
            raise DomainError(
                _("Ce formulaire a déjà servi pour un autre envoi. Rechargez la page et recommencez."),
                code="key_reused",
            )
        if not created:
            if submission.answer is None:
                raise Conflict(_("Votre premier envoi est encore en cours. Patientez quelques secondes."))
            return submission.answer
        submission.answer = act()
        submission.save(update_fields=["answer"])
        return submission.answer
