"""The actions of the people who run the portal, and the pages of what rooms below have no page for."""

from functools import partial

from django.urls import reverse, reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Permission
from cotonou.audit import actions, subjects
from cotonou.audit.actions import Detail
from cotonou.audit.formats import choice, day
from cotonou.catalogue.models import Opening, Service
from cotonou.jobs import topics
from cotonou.jobs.models import Job
from cotonou.portal.models import OperationRecord
from cotonou.territory.models import Holiday


def register() -> None:
    add = partial(actions.register, group=_("Portail"))
    add(
        "jobs.retried",
        _("Travail relancé"),
        topic=Detail(_("travail"), topics.label_of),
        reason=_("raison de l’arrêt"),
    )
    add(
        "portal.operation_recorded",
        _("Opération notée"),
        kind=Detail(_("opération"), choice(OperationRecord.Kind)),
        reference=_("référence"),
    )
    add("territory.holiday_added", _("Jour férié ajouté"), day=Detail(_("jour"), day), name=_("fête"))
    add("territory.holiday_removed", _("Jour férié retiré"), day=Detail(_("jour"), day), name=_("fête"))
    _pages()
    subjects.register(Job, label=_("travail"), wording=lambda label: topics.label_of(label.partition(" ")[0]))
    subjects.register(OperationRecord, label=_("opération"))
    subjects.register(Holiday, label=_("jour férié"))


def _pages() -> None:
    subjects.shown_at(User, readable=_readable_users, page=_in_the_team)
    subjects.shown_at(Service, readable=_readable_services, page=_service)
    golive = reverse_lazy("portal:golive")
    subjects.shown_at(
        Opening,
        readable=lambda actor: _only(Opening, actor, Permission.GO_LIVE_VIEW),
        page=lambda row: str(golive),
    )


def _only(model, actor: Actor, *permissions: Permission):
    allowed = any(actor.has(permission) for permission in permissions)
    return model.objects.all() if allowed else model.objects.none()


def _readable_users(actor: Actor):
    return _only(User, actor, Permission.MEMBERSHIP_MANAGE).filter(memberships__isnull=False).distinct()


def _in_the_team(row: User) -> str:
    return f"{reverse('portal:team')}?{urlencode({'q': row.full_name})}"


def _readable_services(actor: Actor):
    return _only(Service, actor, Permission.CATALOGUE_MANAGE, Permission.GO_LIVE_VIEW)


def _service(row: Service) -> str:
    return reverse("portal:service", args=[row.public_id])
