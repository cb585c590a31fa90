"""What awaits somebody: cards of the citizen's and of the staff's home, and the go-live check."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from civil_acts import snapshots, tracking
from civil_acts.models import ActRequest, EntitlementRule, ProcedureVersion
from civil_acts.reference import UNVALIDATED
from civil_acts.services import relay
from civil_acts.states import RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.catalogue.cards import Card
from cotonou.catalogue.golive import Result
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
        .select_related("procedure_version__procedure__service")
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


def staff_cards(actor: Actor) -> list[Card]:
    cards = []
    if actor.has(Permission.ACT_REQUEST_PREPARE):
        scope = actor.scope(Permission.ACT_REQUEST_PREPARE)
        late = Q(due_on__lt=local_today(), waiting_since=None)
        counts = (
            ActRequest.objects.filter(scope.where("office"))
            .clerk_queue()
            .order_by()
            .aggregate(n=Count("pk"), late=Count("pk", filter=late))
        )
        cards.append(
            Card(
                _("Demandes à traiter"), reverse("civil_acts:queue"), count=counts["n"], urgent=counts["late"]
            )
        )
    if actor.has(Permission.ACT_REQUEST_SIGN):
        scope = actor.scope(Permission.ACT_REQUEST_SIGN)
        n = ActRequest.objects.filter(scope.where("office")).to_sign(by=actor).count()
        cards.append(Card(_("Documents à signer"), reverse("civil_acts:to-sign"), count=n))
    if actor.has(Permission.COUNTER_ENTRY):
        cards.append(
            Card(_("Guichet"), reverse("civil_acts:counter"), _("Saisir une demande, remettre un document"))
        )
    if actor.has(Permission.RELAY_MANAGE):
        cards.append(
            Card(
                _("Dossiers à transmettre à l’UCIP"),
                reverse("civil_acts:relay"),
                count=relay.to_transmit(actor).count(),
            )
        )
    return cards


def sources_check() -> Result:
    """What is published, in force or to come, says what it rests on; what it replaced no longer counts."""
    owned = Service.objects.published().filter(owner="civil_acts")
    versions, missing, first = _versions(owned), [], ""
    for service in owned:
        own = [v for v in versions if v.procedure.service_id == service.pk]
        wrong = [str(v) for v in own if _unsourced(v)] if own else [_("%(s)s (non publiée)") % {"s": service}]
        wrong += [] if service.legal_basis else [_("%(s)s (base légale)") % {"s": service}]
        first = first or (service.slug if wrong else "")
        missing += wrong
    today = local_today()
    rules = EntitlementRule.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), source="").count()
    papers = sum(_unconfirmed(kind) for kind in snapshots.VARIABLES)
    if not missing and not rules and not papers:
        return Result(True, _("Chaque tarif, délai, règle et modèle publié porte sa source."))
    return Result(
        False,
        _(
            "Sans source : %(versions)s ; %(rules)d règles « qui peut obtenir » ; "
            "%(papers)d modèles de document à valider."
        )
        % {"versions": ", ".join(missing) or _("aucun tarif ni délai"), "rules": rules, "papers": papers},
        _(
            "Faites confirmer les tarifs, délais, règles et modèles par la Mairie, "
            "puis publiez une version avec leurs sources."
        ),
        reverse("civil_acts:procedure", args=[first or "acte-de-naissance"]),
    )


def _versions(services) -> list[ProcedureVersion]:
    """In force today or to come, of these services."""
    coming = ProcedureVersion.objects.filter(in_force_from__gt=local_today(), procedure__service__in=services)
    now = [ProcedureVersion.objects.in_force(service.slug) for service in services]
    return [v for v in now if v] + list(coming.select_related("procedure__service"))


def _unconfirmed(kind: str) -> bool:
    """Whether a model of this kind, in force or to come, was never checked on the City's specimens."""
    today = local_today()
    now = TemplateVersion.objects.in_force(kind, today).first()
    coming = TemplateVersion.objects.filter(
        template__kind=kind, starts_on__gt=today, legal_reference=UNVALIDATED
    ).exclude(published_at=None)
    return now is None or now.legal_reference == UNVALIDATED or coming.exists()


def _unsourced(version: ProcedureVersion) -> bool:
    unknown = any(not fee.get("source") or fee["amount_xof"] is None for fee in version.fees)
    blank = version.delay_working_days is None or not version.source or not version.legal_basis
    return version.demonstration or not version.delay_source or unknown or blank
