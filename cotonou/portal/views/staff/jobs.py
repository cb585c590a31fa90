from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.jobs.models import Job
from cotonou.portal import services, work


@require_permission(Permission.JOB_VIEW)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """What stopped and why, what is under way, what waits."""
    now = timezone.now()
    unfinished = Job.objects.unfinished()
    running = unfinished.filter(leased_until__gt=now)
    waiting = unfinished.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    parked = Job.objects.parked()
    late = waiting.filter(due_at__lt=now - timezone.timedelta(minutes=5)).count()
    figures = [
        {"label": _("Arrêtés"), "value": parked.count(), "note": _("à relancer")},
        {"label": _("En cours"), "value": running.count()},
        {"label": _("En attente"), "value": waiting.count(), "note": _("dont %(n)d en retard") % {"n": late}},
    ]
    page = Paginator(parked, 25).get_page(request.GET.get("page"))
    context = {
        "figures": figures,
        "page": page,
        "parked": work.told(page, request.actor),
        "running": work.told(running.order_by("leased_until", "pk")[:25], request.actor),
        "waiting": work.told(waiting.order_by("due_at", "pk")[:25], request.actor),
        "may_retry": request.actor.has(Permission.JOB_RETRY),
    }
    return render(request, "portal/staff/jobs.html", context)


@require_permission(Permission.JOB_RETRY)
@require_POST
def retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    job = get_object_or_404(Job, public_id=public_id)
    try:
        services.retry_job(job=job, by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Le travail est relancé."))
    return redirect("portal:jobs")
