"""Coming back with the code and the phone, from any browser."""

import hmac
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core import codes, phones
from cotonou.core.errors import DomainError
from cotonou.formbuilder.models import Draft, ResumeFailure

WINDOW = timedelta(minutes=15)
# One code belongs to one person; one address may be a whole cyber café or operator.
TRIES_PER_CODE, TRIES_PER_ADDRESS = 5, 60


class ResumeRefusedError(DomainError):
    """The same words whether the code is unknown, expired, or the phone another one."""

    code = "resume_refused"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nous ne trouvons pas de demande en cours avec ce code et ce numéro. "
                "Vérifiez les deux : le code est dans le SMS et sur la page où vous l’avez noté."
            )
        )


class TooManyTriesError(DomainError):
    code = "too_many_tries"
    status = 429

    def __init__(self) -> None:
        super().__init__(_("Trop d’essais. Attendez 15 minutes, puis essayez de nouveau."))


def resume(*, code: str, phone: str, client: str, by: Actor) -> Draft:
    """The open draft of this code and phone, as people type them.

    client: where the request comes from (an IP address), to count failures.
    In a view, ``accounts.grants.give`` the draft's ``public_id`` and its
    contact's. Raises ResumeRefusedError or TooManyTriesError; both look the
    same for a known and an unknown code. Failures are counted in PostgreSQL.
    """
    typed = codes.normalise(code) or code.strip().upper()[:40]
    keys = {_digest("code", typed): TRIES_PER_CODE, _digest("client", client): TRIES_PER_ADDRESS}
    since = timezone.now() - WINDOW
    for key, limit in keys.items():
        if ResumeFailure.objects.filter(key_hash=key, at__gt=since).count() >= limit:
            raise TooManyTriesError
    draft = _find(typed, phone)
    if draft is None:
        ResumeFailure.objects.bulk_create(ResumeFailure(key_hash=key) for key in keys)
        raise ResumeRefusedError
    with transaction.atomic():
        audit.record("formbuilder.resumed", subject=draft, actor=by)
    return draft


def _find(code: str, phone: str) -> Draft | None:
    try:
        number = phones.to_e164(phone, foreign=True)
    except phones.PhoneError:
        number = ""
    draft = (
        Draft.objects.still_open(timezone.now())
        .select_related("contact", "form_version")
        .filter(code=code)
        .first()
    )
    known = str(draft.contact.phone) if draft and draft.contact else ""
    # Compared also when there is no draft, so that the time says nothing.
    fits = hmac.compare_digest(known.encode(), number.encode())
    return draft if draft and known and fits else None


def _digest(kind: str, value: str) -> str:
    return salted_hmac(f"formbuilder.resume.{kind}", value, algorithm="sha256").hexdigest()
