from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.catalogue import golive
from cotonou.catalogue.models import Opening, Service, ServiceFact, ServiceLevel
from cotonou.core.errors import Conflict, DomainError


class PortalClosed(DomainError):
    code = "portal_closed"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Le portail n’est pas encore ouvert au public. Adressez-vous au guichet."))


def is_open() -> bool:
    """Whether people may start a request; a demonstration city always is (one query otherwise)."""
    return settings.DEMO or Opening.objects.filter(closed_at=None).exists()


def require_open() -> None:
    """Raises PortalClosed until the City has opened the portal, for what the public does online."""
    if not is_open():
        raise PortalClosed


@transaction.atomic
def open_to_public(*, by: Actor) -> Opening:
    """Raises DomainError (code "blocked") while a go-live point remains, Conflict when already open."""
    if remaining := golive.blockers():
        names = ", ".join(str(point.label) for point in remaining)
        raise DomainError(
            _("Le portail ne peut pas encore ouvrir. Réglez d’abord : %(names)s.") % {"names": names},
            code="blocked",
        )
    if Opening.objects.filter(closed_at=None).exists():
        raise Conflict(_("Le portail est déjà ouvert au public."))
    opening = Opening.objects.create(opened_by=by.person)
    audit.record("portal.opened", subject=opening, actor=by)
    return opening


@transaction.atomic
def close_to_public(*, reason: str, by: Actor) -> Opening:
    opening = Opening.objects.select_for_update().filter(closed_at=None).first()
    if opening is None:
        raise Conflict(_("Le portail est déjà fermé au public."))
    opening.closed_at, opening.closed_by, opening.reason = timezone.now(), by.user, reason
    opening.save(update_fields=["closed_at", "closed_by", "reason"])
    audit.record("portal.closed", subject=opening, actor=by, reason=reason)
    return opening


EDITABLE = (
    *("title", "title_en", "summary", "summary_en", "audience", "audience_en", "issuer", "issuer_en"),
    *("external_url", "legal_basis", "keywords", "is_published", "featured"),
)


@transaction.atomic
def edit_service(*, public_id: UUID, by: Actor, **changes: Any) -> Service:
    """Change the words of a service's page; ``changes`` are among EDITABLE."""
    service = Service.objects.select_for_update().get(public_id=public_id)
    before = {name: getattr(service, name) for name in changes if name in EDITABLE}
    changed = {name: value for name, value in changes.items() if before.get(name, value) != value}
    if not changed:
        return service
    for name, value in changed.items():
        setattr(service, name, value)
    service.save(update_fields=list(changed))
    old = {name: before[name] for name in changed}
    audit.record("catalogue.service_edited", subject=service, actor=by, before=old, after=changed)
    return service


@transaction.atomic
def set_level(*, service_id: UUID, level: int, from_date: date, evidence: str, by: Actor) -> ServiceLevel:
    """A dated level; a date that already has one is refused (Conflict): published levels stay."""
    service = Service.objects.select_for_update().get(public_id=service_id)
    if service.levels.filter(from_date=from_date).exists():
        raise Conflict(_("Cette démarche a déjà un niveau à cette date. Choisissez une autre date."))
    row = ServiceLevel.objects.create(service=service, level=level, from_date=from_date, evidence=evidence)
    audit.record(
        "catalogue.level_set", subject=service, actor=by, level=level, from_date=str(from_date), why=evidence
    )
    return row


@transaction.atomic
def add_fact(*, service_id: UUID, by: Actor, **fields: Any) -> ServiceFact:
    """A price, a delay, a piece… of a service, from a date on."""
    service = Service.objects.select_for_update().get(public_id=service_id)
    fact = ServiceFact.objects.create(service=service, **fields)
    audit.record("catalogue.fact_added", subject=service, actor=by, fact=str(fact.public_id), text=fact.text)
    return fact


@transaction.atomic
def end_fact(*, public_id: UUID, until_date: date, by: Actor) -> ServiceFact:
    """The last day a fact holds; facts are ended, never erased. Raises DomainError before its start."""
    facts = ServiceFact.objects.select_for_update(of=("self",)).select_related("service")
    fact = facts.get(public_id=public_id)
    if fact.until_date is not None:
        raise Conflict(_("Cette information a déjà une date de fin."))
    if until_date < fact.from_date:
        raise DomainError(_("Choisissez une date de fin après la date de début."))
    fact.until_date = until_date
    fact.save(update_fields=["until_date"])
    ended = {"fact": str(fact.public_id), "until": str(until_date)}
    audit.record("catalogue.fact_ended", subject=fact.service, actor=by, **ended)
    return fact


def give_to(*, service: Service, owner: str, by: Actor) -> None:
    """The room ``owner`` runs this service from now on; the caller holds its lock."""
    if service.owner == owner:
        return
    service.owner = owner
    service.save(update_fields=["owner"])
    audit.record("catalogue.service_given", subject=service, actor=by, owner=owner)
