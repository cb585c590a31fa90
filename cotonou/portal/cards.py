"""What awaits those who run the portal and those who watch over it; a few queries per card."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import Permission
from cotonou.audit import actions
from cotonou.audit.models import Event, IntegrityCheck
from cotonou.catalogue import golive, services
from cotonou.catalogue.cards import Card
from cotonou.catalogue.models import ServiceFact
from cotonou.core.templatetags.portal import date_fr, datetime_fr
from cotonou.jobs.models import Job
from cotonou.notifications.models import Message
from cotonou.territory.dates import local_today
from cotonou.territory.models import Holiday

CHECK_DAYS = 2  # the worker reads the registers again every day
SOON = 30  # days


def cards(actor: Actor) -> list[Card]:
    makers = (
        (Permission.AUDIT_VIEW, _trail),
        (Permission.JOB_VIEW, _work),
        (Permission.GO_LIVE_VIEW, _opening),
        (Permission.MEMBERSHIP_MANAGE, _team),
        (Permission.TERRITORY_MANAGE, _holidays),
        (Permission.CATALOGUE_MANAGE, _catalogue),
    )
    return [card for permission, made in makers if actor.has(permission) for card in made(actor)]


def _trail(actor: Actor) -> Iterator[Card]:
    url = reverse("portal:journal")
    yield _integrity(url)
    last = Event.objects.order_by("-pk").first()
    yield Card(
        _("Journal des actions"),
        url,
        _("Qui a fait quoi, sur quel dossier, quand."),
        note=_("Dernière : %(action)s, %(who)s, le %(moment)s.")
        % {
            "action": actions.label_of(last.action).lower(),
            "who": last.actor_label,
            "moment": datetime_fr(last.at),
        }
        if last
        else "",
    )


def _integrity(url: str) -> Card:
    """What the last reading of everything found: no page could wait for it."""
    title = _("Intégrité des registres")
    last = IntegrityCheck.objects.order_by("pk").last()
    remedy = _("Elle se fait chaque jour : demandez à l’exploitant si les traitements tournent.")
    if last is None:
        return Card(title, url, remedy, urgent=1, note=_("Jamais vérifiée."))
    told = {"day": datetime_fr(last.at), "rows": number_format(last.rows, force_grouping=True)}
    if last.found:
        found = ngettext("%(n)d anomalie trouvée.", "%(n)d anomalies trouvées.", last.found)
        note = _("Vérifiée le %(day)s.") % told
        return Card(title, url, found % {"n": last.found}, count=last.found, urgent=last.found, note=note)
    late = last.at < timezone.now() - timedelta(days=CHECK_DAYS)
    note = _("Vérifiée le %(day)s, %(rows)s lignes.") % told
    return Card(title, url, remedy if late else _("Rien n’a été modifié."), urgent=int(late), note=note)


def _work(actor: Actor) -> Iterator[Card]:
    parked = Job.objects.parked().order_by().aggregate(n=Count("pk"), oldest=Min("parked_at"))
    yield Card(
        _("Travaux arrêtés"),
        reverse("portal:jobs"),
        _("Ils ont échoué à chaque essai : réparer, puis relancer.")
        if actor.has(Permission.JOB_RETRY)
        else _("Ils ont échoué à chaque essai : un administrateur doit les relancer."),
        count=parked["n"],
        urgent=parked["n"],
        note=_oldest(parked["oldest"]),
    )
    unsent = Message.objects.unsent().aggregate(n=Count("pk"), oldest=Min("created_at"))
    yield Card(
        _("Messages non partis"),
        reverse("portal:messages"),
        _("SMS et courriels refusés ou en retard."),
        count=unsent["n"],
        note=_oldest(unsent["oldest"]),
    )


def _oldest(moment) -> str:
    return _("Le plus ancien attend depuis le %(day)s.") % {"day": date_fr(moment)} if moment else ""


def _opening(actor: Actor) -> Iterator[Card]:
    blocking = golive.blockers()
    opened = services.is_open()
    yield Card(
        _("Mise en service"),
        reverse("portal:golive"),
        _("Ouvrir ou fermer le portail, régler les points qui bloquent."),
        count=len(blocking),
        urgent=len(blocking) if opened else 0,
        note=_("Le portail est ouvert au public.") if opened else _("Le portail est fermé au public."),
    )


def _team(actor: Actor) -> Iterator[Card]:
    today = local_today()
    ending = Membership.objects.in_force().filter(ends_on__lte=today + timedelta(days=SOON))
    found = ending.aggregate(n=Count("pk"), first=Min("ends_on"))
    told = ngettext(
        "%(n)d rôle finit dans les 30 jours, le premier le %(day)s.",
        "%(n)d rôles finissent dans les 30 jours, le premier le %(day)s.",
        found["n"],
    )
    yield Card(
        _("Équipe"),
        reverse("portal:team"),
        _("Donner un rôle à un agent, y mettre fin."),
        note=told % {"n": found["n"], "day": date_fr(found["first"])} if found["n"] else "",
    )


def _holidays(actor: Actor) -> Iterator[Card]:
    coming = Holiday.objects.filter(day__gte=local_today(), day__lte=local_today() + timedelta(days=SOON))
    next_one = Holiday.objects.filter(day__gte=local_today()).first()
    yield Card(
        _("Jours fériés à confirmer"),
        reverse("portal:holidays"),
        _("Dates estimées des 30 prochains jours."),
        count=coming.filter(estimated=True).count(),
        note=_("Le prochain : %(name)s, le %(day)s.") % {"name": next_one.name, "day": date_fr(next_one.day)}
        if next_one
        else _("Aucun jour férié n’est noté à partir d’aujourd’hui."),
        urgent=int(next_one is None),
    )


def _catalogue(actor: Actor) -> Iterator[Card]:
    yield Card(
        _("Démarches de la Ville"),
        reverse("portal:catalogue"),
        _("Changer une page, un niveau, un renseignement."),
    )
    told = ServiceFact.objects.in_force().filter(source="", service__is_published=True)
    found = told.aggregate(n=Count("pk"), pages=Count("service", distinct=True))
    pages = ngettext("Sur %(n)d page.", "Sur %(n)d pages.", found["pages"]) % {"n": found["pages"]}
    yield Card(
        _("Renseignements sans source"),
        reverse("portal:catalogue"),
        _("Les pages disent « à confirmer par la Mairie »."),
        count=found["n"],
        note=pages if found["n"] else "",
    )
