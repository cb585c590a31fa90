from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.audit.models import IntegrityCheck
from cotonou.portal import journal as trail
from cotonou.portal.forms import JournalFilters

PAGE = 50


@require_permission(Permission.AUDIT_VIEW)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The trail, latest first. Pages follow ids, so the thousandth costs what the first does."""
    form = JournalFilters(request.GET)
    form.is_valid()  # a filter that makes no sense is shown as such; the others hold
    events = trail.filtered(form.cleaned_data)
    before = request.GET.get("avant", "")
    if before.isdecimal() and len(before) < 19:
        events = events.filter(pk__lt=int(before))
    shown = list(events.order_by("-pk")[: PAGE + 1])
    older = ""
    if len(shown) > PAGE:
        query = request.GET.copy()
        query["avant"] = str(shown[PAGE - 1].pk)
        older = f"{reverse('portal:journal')}?{query.urlencode()}"
    lines = trail.lines(shown[:PAGE], request.actor)
    context = {
        "filters": form,
        "lines": lines,
        "about": trail.about(lines, form.cleaned_data.get("subject", "")),
        "older": older,
        "first_page": not before,
        "checked": IntegrityCheck.objects.order_by("pk").last(),
    }
    return render(request, "portal/staff/journal.html", context)
