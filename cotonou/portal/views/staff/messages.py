from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.audit import subjects
from cotonou.core.templatetags.portal import datetime_fr
from cotonou.notifications.models import Message
from cotonou.notifications.states import MessageState


@require_permission(Permission.JOB_VIEW)
@require_safe
def unsent(request: HttpRequest) -> HttpResponse:
    """The messages of a week that did not leave, and why; neither their text nor the address."""
    page = Paginator(Message.objects.unsent().newest_first(), 50).get_page(request.GET.get("page"))
    columns = [
        {"label": label}
        for label in (_("Message"), _("Au sujet de"), _("Écrit le"), _("État"), _("Pourquoi"))
    ]
    context = {"page": page, "columns": columns, "rows": _rows(list(page), request.actor)}
    return render(request, "portal/staff/messages.html", context)


def _rows(found: list[Message], actor: Actor) -> list[list]:
    about = {(m.subject_kind, m.subject_uuid) for m in found if m.subject_uuid}
    names: dict[str, str] = {}
    for kind in {kind for kind, _public_id in about}:
        names |= subjects.names(kind, {str(public_id) for of, public_id in about if of == kind})
    pages = {str(public_id): url for (_kind, public_id), url in subjects.pages(about, actor).items()}
    return [
        [
            message.get_channel_display(),
            {
                "text": names.get(str(message.subject_uuid), "–"),
                "href": pages.get(str(message.subject_uuid), ""),
                "note": subjects.label_of(message.subject_kind),
            },
            datetime_fr(message.created_at),
            {
                "badge": _("refusé") if message.state == MessageState.FAILED else _("en retard"),
                "tone": "stop" if message.state == MessageState.FAILED else "warn",
            },
            message.error or "–",
        ]
        for message in found
    ]
