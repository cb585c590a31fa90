"""The cards of the citizen's home, and the go-live check."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civil_acts import snapshots, tracking
from civil_acts.models import ActRequest, EntitlementRule, Procedure, ProcedureVersion
from civil_acts.reference import UNVALIDATED
from civil_acts.services.procedures import kinds_of, missing
from civil_acts.states import RequestState
from cotonou.accounts.actors import Actor
from cotonou.catalogue.cards import Card
from cotonou.catalogue.golive import Link, Result
from cotonou.catalogue.models import Service
from cotonou.core import codes
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder.models import Draft
from cotonou.territory.dates import local_today

SHOWN = 20


def citizen_cards(actor: Actor) -> list[Card]:
    """Requests of this person, newest first, then what they have not sent yet."""
    cards = [
        Card(
            title=f"{item.procedure_version.procedure.service.name} – {item.subject_name}",
            url=reverse("civil_acts:tracking", args=[item.tracking_code]),
            text=f"{codes.pretty(item.tracking_code)} · {tracking.headline(item)}",
            urgent=int(item.waiting_since is not None or item.state == RequestState.TO_PAY),
        )
        for item in ActRequest.objects.own(actor)
        .select_related("procedure_version__procedure__service", "document")
        .order_by("-pk")[:SHOWN]
    ]
    drafts = (
        Draft.objects.visible_to(actor).filter(purpose="civil_acts", state="OPEN").order_by("-updated_at")
    )
    cards += [
        Card(
            title=draft.subject_label,
            url=reverse("civil_acts:resume", args=[draft.public_id]),
            text=_("À terminer – code %(code)s") % {"code": codes.pretty(draft.code)},
            urgent=1,
        )
        for draft in drafts[:SHOWN]
    ]
    return cards


def sources_check() -> Result:
    """What is published, in force or to come, says what it rests on; what it replaced no longer counts."""
    wrong, links = [], []
    for procedure in Procedure.objects.filter(service__in=_owned()).select_related("service"):
        service = procedure.service
        if found := _unconfirmed(procedure):
            wrong.append(_("%(service)s : %(what)s") % {"service": service.name, "what": _listed(found)})
            links.append(Link(service.name, reverse("civil_acts:procedure", args=[service.slug])))
    for service in _owned().filter(legal_basis=""):
        wrong.append(_("%(service)s : la page publique n’a pas de base légale") % {"service": service.name})
        label = _("Page publique : %(service)s") % {"service": service.name}
        links.append(Link(label, reverse("portal:service", args=[service.public_id])))
    if not wrong:
        return Result(True, _("Chaque tarif, délai, règle et modèle publié porte sa source."))
    return Result(
        False,
        " ; ".join(wrong) + ".",
        _("Faites confirmer ces points par la Mairie, notez leurs sources, puis publiez :"),
        tuple(links),
    )


def _owned():
    return Service.objects.published().filter(owner="civil_acts")


def _listed(points: list[str]) -> str:
    """ "a, b et c"."""
    *before, last = points
    return _("%(before)s et %(last)s") % {"before": ", ".join(before), "last": last} if before else last


def _unconfirmed(procedure: Procedure) -> list[str]:
    """What the City has not confirmed yet of this procedure, counted in words."""
    today, found = local_today(), []
    current, kinds = ProcedureVersion.objects.in_force(procedure.service.slug), kinds_of(procedure)
    versions = [v for v in (current, *procedure.versions.coming()) if v]
    if not versions:
        found.append(_("aucune version publiée"))
    for version in versions:
        if version.demonstration:
            found.append(_("chiffres de démonstration dans la version %(n)d") % {"n": version.number})
        elif missing(version):
            found.append(_("version %(n)d sans toutes ses sources") % {"n": version.number})
    rules = EntitlementRule.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), source="")
    if n := rules.filter(document_kind__in=kinds).count():
        found.append(ngettext("%(n)d règle sans source", "%(n)d règles sans source", n) % {"n": n})
    if n := sum(_unchecked(kind) for kind in kinds if kind in snapshots.VARIABLES):
        found.append(ngettext("%(n)d modèle à confirmer", "%(n)d modèles à confirmer", n) % {"n": n})
    return found


def _unchecked(kind: str) -> bool:
    """Whether a model of this kind, in force or to come, was never checked on the City's specimens."""
    today = local_today()
    now = TemplateVersion.objects.in_force(kind, today).first()
    coming = TemplateVersion.objects.filter(
        template__kind=kind, starts_on__gt=today, legal_reference=UNVALIDATED
    ).exclude(published_at=None)
    return now is None or now.legal_reference == UNVALIDATED or coming.exists()
