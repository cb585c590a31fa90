"""What awaits an agent of this service today, and the pages of every day; one query per card."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from civil_acts.models import (
    ActRequest,
    EntitlementRule,
    ImportBatch,
    ProcedureVersion,
    Replacement,
    SearchSlip,
    Transcription,
)
from civil_acts.services import relay
from civil_acts.services.procedures import missing
from civil_acts.states import RequestState
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission
from cotonou.catalogue.cards import Card
from cotonou.core.templatetags.portal import date_fr
from cotonou.formbuilder.models import Draft
from cotonou.territory.dates import local_today

S = RequestState


def staff_cards(actor: Actor) -> list[Card]:
    makers = (
        (Permission.COUNTER_ENTRY, _counter),
        (Permission.COUNTER_DELIVER, _to_hand_over),
        (Permission.ACT_REQUEST_PREPARE, _queue),
        (Permission.ACT_REQUEST_SIGN, _to_sign),
        (Permission.DOCUMENT_REVOKE, _issued),
        (Permission.RELAY_MANAGE, _relay),
        (Permission.ARCHIVE_SEARCH, _slips),
        (Permission.REGISTER_TRANSCRIBE, _transcriptions),
        (Permission.REGISTER_VIEW, _registers),
        (Permission.REGISTER_IMPORT, _imports),
        (Permission.CATALOGUE_MANAGE, _procedures),
    )
    return [card for permission, cards in makers if actor.has(permission) for card in cards(actor)]


def _requests(actor: Actor, permission: Permission) -> Any:
    return ActRequest.objects.filter(actor.scope(permission).where("office"))


def _oldest(moment: Any) -> str:
    return _("Le plus ancien attend depuis le %(day)s.") % {"day": date_fr(moment)} if moment else ""


def _late(count: int) -> str:
    return ngettext("%(n)d en retard", "%(n)d en retard", count) % {"n": count}


# -- the counter ---------------------------------------------------------------


def _counter(actor: Actor) -> Iterator[Card]:
    drafts = Draft.objects.visible_to(actor).filter(purpose="civil_acts.counter", state="OPEN").count()
    begun = ngettext("%(n)d saisie à terminer.", "%(n)d saisies à terminer.", drafts) % {"n": drafts}
    yield Card(
        _("Nouvelle demande"),
        reverse("civil_acts:counter"),
        _("Saisir la demande de la personne devant vous."),
        note=begun if drafts else "",
    )
    if actor.has(Permission.CASH_DESK):
        unpaid = _requests(actor, Permission.COUNTER_ENTRY).filter(state=S.TO_PAY, channel="COUNTER")
        found = unpaid.aggregate(n=Count("pk"), oldest=Min("created_at"))
        yield Card(
            _("Demandes du guichet à encaisser"),
            f"{reverse('civil_acts:queue')}?state={S.TO_PAY}",
            _("Saisies ici, pas encore payées."),
            count=found["n"],
            note=_oldest(found["oldest"]),
        )


def _to_hand_over(actor: Actor) -> Iterator[Card]:
    ready = _requests(actor, Permission.COUNTER_DELIVER).filter(state=S.READY)
    today = Q(ready_at__date=local_today())
    found = ready.aggregate(n=Count("pk"), today=Count("pk", filter=today), oldest=Min("ready_at"))
    fresh = ngettext("%(n)d prêt aujourd’hui.", "%(n)d prêts aujourd’hui.", found["today"])
    notes = [fresh % {"n": found["today"]} if found["today"] else "", _oldest(found["oldest"])]
    yield Card(
        _("Documents prêts à remettre"),
        f"{reverse('civil_acts:queue')}?state={S.READY}",
        _("Imprimer et remettre, contre une pièce d’identité."),
        count=found["n"],
        note=" ".join(filter(None, notes)),
    )


# -- requests ------------------------------------------------------------------


def _queue(actor: Actor, what: str = "") -> Iterator[Card]:
    late = Q(due_on__lt=local_today(), waiting_since=None)
    mine = Q(claimed_by=actor.user, claimed_until__gt=timezone.now())
    found = (
        ActRequest.objects.workable_by(actor)
        .clerk_queue()
        .order_by()
        .aggregate(
            n=Count("pk"),
            late=Count("pk", filter=late),
            mine=Count("pk", filter=mine),
            next=Min("due_on", filter=Q(waiting_since=None)),
        )
    )
    notes = []
    if found["next"]:
        notes.append(_("La première est à rendre le %(day)s.") % {"day": date_fr(found["next"])})
    if found["mine"]:
        told = ngettext("%(n)d est entre vos mains.", "%(n)d sont entre vos mains.", found["mine"])
        notes.append(told % {"n": found["mine"]})
    yield Card(
        _("Demandes à traiter"),
        reverse("civil_acts:queue"),
        what or _("Vérifier le droit et l’acte, préparer le document."),
        count=found["n"],
        urgent=found["late"],
        urgent_words=_late(found["late"]),
        note=" ".join(notes),
    )


def _to_sign(actor: Actor) -> Iterator[Card]:
    late = Q(due_on__lt=local_today())
    waiting = _requests(actor, Permission.ACT_REQUEST_SIGN).to_sign(by=actor).order_by()
    found = waiting.aggregate(n=Count("pk"), late=Count("pk", filter=late), next=Min("due_on"))
    note = _("Le premier est à rendre le %(day)s.") % {"day": date_fr(found["next"])}
    yield Card(
        _("Documents à signer"),
        reverse("civil_acts:to-sign"),
        _("Relire, puis signer un ou plusieurs documents."),
        count=found["n"],
        urgent=found["late"],
        urgent_words=_late(found["late"]),
        note=note if found["n"] else "",
    )
    if not actor.has(Permission.ACT_REQUEST_PREPARE):
        yield Card(_("Demandes du bureau"), reverse("civil_acts:queue"), _("Voir où en est chaque demande."))


def _issued(actor: Actor) -> Iterator[Card]:
    under_way = Replacement.objects.under_way(actor.scope(Permission.DOCUMENT_REVOKE)).order_by().count()
    told = ngettext("%(n)d remplacement en cours.", "%(n)d remplacements en cours.", under_way)
    yield Card(
        _("Documents délivrés"),
        reverse("civil_acts:documents"),
        _("Retrouver un document, l’annuler ou le faire remplacer."),
        note=told % {"n": under_way} if under_way else "",
    )


def _relay(actor: Actor) -> Iterator[Card]:
    if not actor.has(Permission.ACT_REQUEST_PREPARE):
        yield from _queue(actor, _("Vérifier chaque dossier avant de le transmettre."))
    ready = relay.to_transmit(actor).order_by().aggregate(n=Count("pk"), oldest=Min("submitted_at"))
    yield Card(
        _("Dossiers à transmettre à l’UCIP"),
        reverse("civil_acts:relay"),
        _("Former un bordereau des dossiers vérifiés."),
        count=ready["n"],
        note=_oldest(ready["oldest"]),
    )
    sent = _requests(actor, Permission.RELAY_MANAGE).filter(state=S.TRANSMITTED)
    found = sent.aggregate(n=Count("pk"), oldest=Min("transmitted_at"))
    yield Card(
        _("Réponses attendues de l’UCIP"),
        reverse("civil_acts:relay-answers"),
        _("Déposer le fichier des réponses reçues."),
        count=found["n"],
        note=_oldest(found["oldest"]),
    )


# -- archives and registers ----------------------------------------------------


def _slips(actor: Actor) -> Iterator[Card]:
    scope = actor.scope(Permission.ARCHIVE_SEARCH)
    free = Q(assigned_to=None)
    found = (
        SearchSlip.objects.filter(scope.where("office"), state="OPEN")
        .order_by()
        .aggregate(n=Count("pk"), free=Count("pk", filter=free), oldest=Min("created_at"))
    )
    nobody = ngettext("%(n)d n’est prise par personne.", "%(n)d ne sont prises par personne.", found["free"])
    notes = [nobody % {"n": found["free"]} if found["free"] else "", _since(found["oldest"])]
    yield Card(
        _("Actes à chercher"),
        reverse("registers:slips"),
        _("Ouvrir le registre, photographier la page ou répondre."),
        count=found["n"],
        note=" ".join(filter(None, notes)),
    )


def _since(moment: Any) -> str:
    return _("La plus ancienne fiche date du %(day)s.") % {"day": date_fr(moment)} if moment else ""


def _transcriptions(actor: Actor) -> Iterator[Card]:
    scope = actor.scope(Permission.REGISTER_TRANSCRIBE)
    pages = SearchSlip.objects.filter(scope.where("office")).to_transcribe().order_by()
    found = pages.aggregate(n=Count("pk"), oldest=Min("answered_at"))
    url = reverse("registers:transcriptions")
    yield Card(
        _("Pages à transcrire"),
        url,
        _("Taper ce que dit la page photographiée."),
        count=found["n"],
        note=_oldest(found["oldest"]),
    )
    visible = Transcription.objects.visible_to(actor)
    typed = visible.to_verify(by=actor).order_by().aggregate(n=Count("pk"), oldest=Min("transcribed_at"))
    yield Card(
        _("Transcriptions à vérifier"),
        url,
        _("Relire ce qu’une autre personne a tapé."),
        count=typed["n"],
        note=_oldest(typed["oldest"]),
    )
    if returned := visible.to_correct(by=actor).count():
        yield Card(_("Vos transcriptions à corriger"), url, count=returned, urgent=returned)


def _registers(actor: Actor) -> Iterator[Card]:
    yield Card(_("Registres"), reverse("registers:index"), _("Chercher un acte par nom, année ou numéro."))


def _imports(actor: Actor) -> Iterator[Card]:
    batches = ImportBatch.objects.visible_to(actor)
    pending = Q(state=ImportBatch.State.PENDING)
    found = batches.aggregate(pending=Count("pk", filter=pending), last=Max("created_at"))
    last = _("Dernier import le %(day)s.") % {"day": date_fr(found["last"])}
    yield Card(
        _("Importer un registre"),
        reverse("registers:imports"),
        _("Envoyer le fichier d’un bureau, puis corriger les lignes refusées."),
        note=_("Un import est en cours.") if found["pending"] else (last if found["last"] else ""),
    )


# -- procedures ------------------------------------------------------------------


def _procedures(actor: Actor) -> Iterator[Card]:
    versions = ProcedureVersion.objects.select_related("procedure__service")
    drafts = list(versions.filter(published_at=None).order_by("procedure__service__position", "pk"))
    yield Card(
        _("Versions à publier"),
        _procedure_url(drafts),
        _("Tarifs, délais et sources préparés, pas encore publiés."),
        count=len(drafts),
        note=", ".join(version.procedure.service.name for version in drafts),
    )
    in_force = versions.applying().order_by("procedure", "-number").distinct("procedure")
    latest = {version.procedure_id: version for version in [*in_force, *drafts]}.values()
    wanting = [version for version in latest if version.demonstration or missing(version)]
    cells = sum(len(missing(version)) or 1 for version in wanting)
    today = local_today()
    rules = EntitlementRule.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), source="").count()
    named = ", ".join(version.procedure.service.name for version in wanting)
    sourceless = ngettext("%(n)d règle sans source.", "%(n)d règles sans source.", rules) % {"n": rules}
    yield Card(
        _("Points à confirmer par la Mairie"),
        _procedure_url(wanting),
        _("Montants, délais, bases légales et règles sans leur source."),
        count=cells + rules,
        note=" ".join(filter(None, [f"{named}." if named else "", sourceless if rules else ""])),
    )


def _procedure_url(versions: list[ProcedureVersion]) -> str:
    if not versions:
        return reverse("portal:catalogue")
    return reverse("civil_acts:procedure", args=[versions[0].procedure.service.slug])
