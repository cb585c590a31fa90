import datetime
from uuid import UUID

from django.db.models import Q, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import User
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.audit.models import Event
from cotonou.core.database import NormalisedName
from cotonou.core.templatetags.portal import datetime_fr
from cotonou.portal.forms import JournalFilters
from cotonou.territory.dates import COTONOU

PAGE = 50
COLUMNS = [
    {"label": _("Quand")},
    {"label": _("Qui")},
    {"label": _("Action")},
    {"label": _("Sur quoi")},
    {"label": _("Détail")},
]


@require_permission(Permission.AUDIT_VIEW)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The trail, latest first. Pages follow ids, so the thousandth costs what the first does."""
    form = JournalFilters(request.GET)
    form.is_valid()  # a filter that makes no sense is shown as such; the others hold
    events = _filtered(form.cleaned_data)
    before = request.GET.get("avant", "")
    if before.isdecimal() and len(before) < 19:
        events = events.filter(pk__lt=int(before))
    shown = list(events.order_by("-pk")[: PAGE + 1])
    older = ""
    if len(shown) > PAGE:
        query = request.GET.copy()
        query["avant"] = str(shown[PAGE - 1].pk)
        older = f"{reverse('portal:journal')}?{query.urlencode()}"
    context = {
        "filters": form,
        "columns": COLUMNS,
        "rows": [_row(event) for event in shown[:PAGE]],
        "older": older,
        "first_page": not before,
    }
    return render(request, "portal/staff/journal.html", context)


def _filtered(wanted: dict):
    events = Event.objects.all()
    if actor := wanted.get("actor", "").strip():
        events = events.filter(_by(actor))
    if subject := wanted.get("subject"):
        # A typed identifier that is not one finds nothing, rather than everything.
        events = events.filter(subject_uuid=_uuid(subject)) if _uuid(subject) else events.none()
    if action := wanted.get("action"):
        events = events.filter(action__startswith=action)
    if since := wanted.get("since"):
        events = events.filter(at__gte=datetime.datetime.combine(since, datetime.time.min, COTONOU))
    if until := wanted.get("until"):
        next_day = until + datetime.timedelta(days=1)
        events = events.filter(at__lt=datetime.datetime.combine(next_day, datetime.time.min, COTONOU))
    return events


def _by(typed: str) -> Q:
    """What staff of this name did, today's and former; "Portail" is the portal itself."""
    if uuid := _uuid(typed):
        return Q(actor_uuid=uuid)
    if typed.casefold() == SYSTEM.label.casefold():
        return Q(actor_uuid=None, actor_label=SYSTEM.label)
    staff = User.objects.filter(memberships__isnull=False).annotate(plain=NormalisedName("full_name"))
    for word in typed.split():
        staff = staff.filter(plain__contains=NormalisedName(Value(word)))
    return Q(actor_uuid__in=list(staff.values_list("public_id", flat=True)))


def _row(event: Event) -> list:
    data = " ; ".join(f"{key} : {value}" for key, value in event.data.items())
    subject = event.subject_label or event.subject_kind
    return [
        {"text": datetime_fr(event.at)},
        {"text": event.actor_label},
        {"text": event.action},
        {"text": subject, "note": str(event.subject_uuid or "")},
        {"text": data[:300]},
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
