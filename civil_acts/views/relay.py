"""The UCIP liaison: what is ready to go, batches out, answers in."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import forms, pieces, relay_files
from civil_acts.models import ActRequest, RelayBatch
from civil_acts.services import relay
from civil_acts.views.selection import chosen_ids
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.documents.models import IssuedDocument
from cotonou.formbuilder import engine

MANAGE = Permission.RELAY_MANAGE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _home(request: HttpRequest, *, form: forms.PortalForm | None = None, status: int = 200) -> HttpResponse:
    ready = [
        {"item": item, "code": codes.pretty(item.tracking_code)}
        for item in relay.to_transmit(request.actor)[:200]
    ]
    batches = Paginator(_batches(request), 20).get_page(request.GET.get("page"))
    context = {"ready": ready, "batches": batches, "form": form}
    return render(request, "civil_acts/relay/home.html", context, status=status)


def _batches(request: HttpRequest):
    scope = request.actor.scope(MANAGE)
    return (
        RelayBatch.objects.filter(
            pk__in=ActRequest.objects.filter(scope.where("office")).values("relay_batch")
        )
        .with_counts()
        .select_related("created_by")
        .order_by("-number")
    )


@require_safe
@require_permission(MANAGE)
def home(request: HttpRequest) -> HttpResponse:
    return _home(request)


@require_POST
@require_permission(MANAGE)
def create_batch(request: HttpRequest) -> HttpResponse:
    try:
        batch = relay.create_batch(by=request.actor, public_ids=chosen_ids(request.POST.getlist("chosen")))
    except DomainError as error:
        form = forms.PortalForm({})
        form.add_error(None, f"{_('Rien n’a été transmis.')} {error.message}")
        return _home(request, form=form, status=422)
    messages.success(
        request,
        _("Bordereau %(batch)s créé. Imprimez-le et remettez les dossiers à l’UCIP.") % {"batch": batch},
    )
    return redirect("civil_acts:relay-batch", public_id=batch.public_id)


def _batch(request: HttpRequest, public_id) -> RelayBatch:
    return get_object_or_404(_batches(request), public_id=public_id)


def _files(request: HttpRequest, batch: RelayBatch):
    """The files of a batch that this person may see: those of their offices."""
    return (
        batch.requests.filter(request.actor.scope(MANAGE).where("office"))
        .select_related("contact", "office", "procedure_version__form_version")
        .order_by("pk")
    )


@require_safe
@require_permission(MANAGE)
def batch(request: HttpRequest, public_id) -> HttpResponse:
    item = _batch(request, public_id)
    rows = [{"item": r, "code": codes.pretty(r.tracking_code)} for r in _files(request, item)]
    sealed = IssuedDocument.objects.of_subject(item.public_id).sealed().first()
    if sealed and not pieces.may_read_slip(request.actor, sealed):
        sealed = None
    return render(request, "civil_acts/relay/batch.html", {"batch": item, "rows": rows, "slip": sealed})


@require_safe
@require_permission(MANAGE)
def batch_file(request: HttpRequest, public_id) -> HttpResponse:
    item = _batch(request, public_id)
    return HttpResponse(
        relay_files.write_batch(item, _files(request, item)),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{item}.xlsx"'},
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def answers(request: HttpRequest) -> HttpResponse:
    form = forms.AnswersFileForm(request.POST or None, request.FILES or None)
    result = None
    if request.method == "POST" and form.is_valid():
        try:
            file = form.cleaned_data["file"]
            if file.size > 5 * 1024 * 1024:
                raise DomainError(_("Ce fichier dépasse 5 Mo : ce n’est pas une liste de réponses."))
            found, unreadable = relay_files.read_answers(content=file.read())
            result = relay.apply_answers(answers=found, by=request.actor)
            result.refused = sorted([*unreadable, *result.refused])
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            if not result.refused:
                messages.success(request, _recorded(result))
                return redirect("civil_acts:relay")
    status = 422 if form.errors else 200
    return render(request, "civil_acts/relay/answers.html", {"form": form, "result": result}, status=status)


def _recorded(result: relay.ImportResult) -> str:
    if not result.applied and not result.already:
        return _("Le fichier ne contient encore aucune réponse : rien n’a changé.")
    if not result.applied:
        return _("Ces réponses étaient déjà connues : rien n’a changé.")
    return ngettext("%(n)d réponse enregistrée.", "%(n)d réponses enregistrées.", result.applied) % {
        "n": result.applied
    }


@require_safe
@require_permission(MANAGE)
def slip(request: HttpRequest, public_id) -> HttpResponse:
    """The transmission slip of one file: what travels with the papers, never a certificate."""
    scope = request.actor.scope(MANAGE)
    item = get_object_or_404(
        ActRequest.objects.filter(scope.where("office"), relay_batch__isnull=False).select_related(
            "contact", "office", "relay_batch", "procedure_version__form_version", "checked_by"
        ),
        public_id=public_id,
    )
    rows = [
        {"label": row.label, "value": row.value}
        for row in engine.summary(item.procedure_version.form_version.form, item.answers, staff=True)
    ]
    context = {"item": item, "code": codes.pretty(item.tracking_code), "rows": rows}
    return render(request, "civil_acts/relay/slip.html", context)
