"""The registers: search, one act with its mentions and history, import of a file."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts.models.registers import ImportBatch, RegisterAct
from civil_acts.registers import forms, search, transcription
from civil_acts.registers.pages import act_rows, history, reason_rows, result_rows
from civil_acts.services import registers
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.jobs.models import Job

SHOWN = 50
VIEW = (Permission.REGISTER_VIEW,)
NOTE = (Permission.ACT_REQUEST_SIGN, Permission.REGISTER_TRANSCRIBE)
CORRECT = (Permission.ACT_REQUEST_SIGN,)
IMPORT = (Permission.REGISTER_IMPORT,)


@require_safe
@require_permission(*VIEW)
def index(request: HttpRequest) -> HttpResponse:
    asked = bool(request.GET)
    form = forms.SearchForm(request.GET or None, actor=request.actor, initial={"kind": "BIRTH"})
    given = form.cleaned_data if asked and form.is_valid() else {}
    acts = _found(request, given) if given else []
    searched = bool(given.get("name") or given.get("year") or given.get("number"))
    return render(
        request,
        "civil_acts/registers/index.html",
        {
            "form": form,
            "rows": result_rows(acts),
            "searched": searched,
            "many": len(acts) == SHOWN,
            "can_import": request.actor.has(Permission.REGISTER_IMPORT),
        },
    )


def _found(request: HttpRequest, given: dict[str, Any]) -> list[RegisterAct]:
    return search.find(
        request.actor,
        kind=given.get("kind") or "BIRTH",
        name=given.get("name", ""),
        year=given.get("year"),
        number=given.get("number", ""),
        sex=given.get("sex", ""),
        office=given.get("office"),
        limit=SHOWN,
    )


def _act(request: HttpRequest, public_id) -> RegisterAct:
    acts = RegisterAct.objects.visible_to(request.actor).select_related("office", "scan", "import_batch")
    return get_object_or_404(acts, public_id=public_id)


@require_safe
@require_permission(*VIEW)
def act(request: HttpRequest, public_id) -> HttpResponse:
    item = _act(request, public_id)
    return render(
        request,
        "civil_acts/registers/act.html",
        {
            "act": item,
            "rows": act_rows(item),
            "mentions": list(item.mentions.select_related("author")),
            "history": history(item),
            "can_note": request.actor.has(NOTE[0]) or request.actor.has(NOTE[1]),
            "can_correct": request.actor.has(*CORRECT) and item.status == RegisterAct.Status.VALID,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*NOTE)
def mention(request: HttpRequest, public_id) -> HttpResponse:
    item = _act(request, public_id)
    form = forms.MentionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        registers.record_mention(public_id=item.public_id, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Mention ajoutée."))
        return redirect("registers:act", public_id=item.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "civil_acts/registers/mention.html", {"act": item, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*CORRECT)
def correct(request: HttpRequest, public_id) -> HttpResponse:
    item = _act(request, public_id)
    if item.status != RegisterAct.Status.VALID:
        raise Http404
    form = forms.ActForm(
        request.POST or None, kind=item.kind, initial=transcription.data_of(item), reason=True
    )
    if request.method == "POST" and form.is_valid():
        changes = transcription.columns_of(item.kind, form.values)
        # What the file said stays what the file said: the same row must be known again.
        changes.pop("row_digest")
        try:
            registers.correct_act(
                public_id=item.public_id,
                by=request.actor,
                changes=changes,
                reason=form.cleaned_data["reason"],
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Acte corrigé. L’ancienne version est gardée dans l’historique."))
            return redirect("registers:act", public_id=item.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "civil_acts/registers/correct.html", {"act": item, "form": form}, status=status)


@require_POST
@require_permission(*CORRECT)
def cancel(request: HttpRequest, public_id) -> HttpResponse:
    item = _act(request, public_id)
    form = forms.WhyForm(request.POST)
    if not form.is_valid():
        context = {"act": item, "form": form}
        return render(request, "civil_acts/registers/cancel.html", context, status=422)
    registers.cancel_act(public_id=item.public_id, by=request.actor, reason=form.cleaned_data["reason"])
    messages.success(request, _("Acte annulé."))
    return redirect("registers:act", public_id=item.public_id)


# -- import ---------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    form = forms.ImportForm(request.POST or None, request.FILES or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            batch = registers.start_import(
                file=form.cleaned_data["file"],
                kind=form.cleaned_data["kind"],
                office=form.cleaned_data["office"],
                mapping=form.mapping(),
                by=request.actor,
            )
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("registers:import", public_id=batch.public_id)
    batches = ImportBatch.objects.visible_to(request.actor).recent_first()
    return render(
        request,
        "civil_acts/registers/imports.html",
        {"form": form, "page": Paginator(batches, 20).get_page(request.GET.get("page"))},
        status=422 if request.method == "POST" else 200,
    )


def _batch(request: HttpRequest, public_id) -> ImportBatch:
    batches = ImportBatch.objects.visible_to(request.actor).select_related("office", "author")
    return get_object_or_404(batches, public_id=public_id)


def _progress(batch: ImportBatch) -> dict[str, Any]:
    job = Job.objects.filter(key=f"import_register:{batch.public_id}").first()
    return {
        "batch": batch,
        "done": job.progress_done if job else 0,
        "total": job.progress_total if job else 0,
        "stopped": job.last_error if job and job.parked_at else "",
        "url": reverse("registers:import-progress", args=[batch.public_id]),
    }


@require_safe
@require_permission(*IMPORT)
def import_batch(request: HttpRequest, public_id) -> HttpResponse:
    batch = _batch(request, public_id)
    context = _progress(batch) | {"reasons": reason_rows(batch)}
    return render(request, "civil_acts/registers/import.html", context)


@require_safe
@require_permission(*IMPORT)
def import_progress(request: HttpRequest, public_id) -> HttpResponse:
    """The progress bar alone; when the work is over, htmx loads the whole page."""
    batch = _batch(request, public_id)
    response = render(request, "civil_acts/registers/_import_progress.html", _progress(batch))
    if batch.state != ImportBatch.State.PENDING:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@require_permission(*IMPORT)
def rejected_rows(request: HttpRequest, public_id) -> Any:
    batch = _batch(request, public_id)
    if not batch.rejected_file:
        raise Http404
    name = f"a-corriger-{batch.file_name.rsplit('.', 1)[0][:60]}.xlsx"
    response = FileResponse(batch.rejected_file.open(), as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    return response
