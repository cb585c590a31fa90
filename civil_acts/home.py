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
    """Every published fee, delay, rule and document must say what it rests on."""
    versions = ProcedureVersion.objects.exclude(published_at=None).select_related("procedure__service")
    missing = [str(version) for version in versions if _unsourced(version)]
    missing = missing if versions else [_("aucune démarche publiée")]
    rules = EntitlementRule.objects.in_force().filter(source="").count()
    papers = TemplateVersion.objects.filter(
        template__kind__in=snapshots.VARIABLES, legal_reference=UNVALIDATED
    ).count()
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
    )


def _unsourced(version: ProcedureVersion) -> bool:
    unknown = any(not fee.get("source") or fee["amount_xof"] is None for fee in version.fees)
    return version.demonstration or not version.delay_source or unknown
