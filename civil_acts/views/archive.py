"""The archive: slips to look for, their answers, and the two readings of a photographed page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts.models.archive import SearchSlip, SlipState, Transcription
from civil_acts.models.registers import RegisterAct
from civil_acts.registers import forms, pages
from civil_acts.registers import transcription as readings
from civil_acts.registers.duplicates import LikelyDuplicateError
from civil_acts.services import archive
from civil_acts.views.selection import chosen_ids
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError

READ = (Permission.ARCHIVE_SEARCH, Permission.ACT_REQUEST_PREPARE)
SEARCH = (Permission.ARCHIVE_SEARCH,)
TYPE = (Permission.REGISTER_TRANSCRIBE,)


@require_safe
@require_permission(*READ)
def slips(request: HttpRequest) -> HttpResponse:
    answered = request.GET.get("voir") == "reponses"
    visible = SearchSlip.objects.visible_to(request.actor)
    page = Paginator(visible.answered() if answered else visible.to_do(), 25).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "civil_acts/archive/slips.html",
        {"page": page, "answered": answered, "rows": [_row(slip) for slip in page]},
    )


def _row(slip: SearchSlip) -> dict[str, Any]:
    return {"slip": slip, "code": pages.slip_code(slip), "tone": pages.SLIP_TONES[SlipState(slip.state)]}


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*READ)
def new_slip(request: HttpRequest) -> HttpResponse:
    form = forms.SlipForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            slip = archive.open_slip(by=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Recherche demandée."))
            return redirect("registers:slip", public_id=slip.public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "civil_acts/archive/new_slip.html", {"form": form}, status=status)


def _slip(request: HttpRequest, public_id) -> SearchSlip:
    visible = SearchSlip.objects.visible_to(request.actor).select_related(
        "office", "photo", "assigned_to", "answered_by", "created_by", "transcription__act"
    )
    return get_object_or_404(visible, public_id=public_id)


def _show(request: HttpRequest, slip: SearchSlip, *, status: int = 200, **bound: Any) -> HttpResponse:
    searching = request.actor.scope(*SEARCH).covers(slip.office_id)
    context = {
        "rows": pages.slip_rows(slip),
        "can_answer": searching and slip.state == SlipState.OPEN,
        "can_reopen": slip.state == SlipState.NOT_FOUND,
        "mine": slip.assigned_to_id == request.actor.user.pk,
        "transcription": getattr(slip, "transcription", None),
        "found_form": forms.FoundForm(),
        "absent_form": forms.AbsentForm(),
        "reopen_form": forms.WhyForm(),
    }
    context |= bound | {"forms": list(bound.values())}
    return render(request, "civil_acts/archive/slip.html", _row(slip) | context, status=status)


@require_safe
@require_permission(*READ)
def slip(request: HttpRequest, public_id) -> HttpResponse:
    return _show(request, _slip(request, public_id))


@require_safe
@require_permission(*READ)
def printed(request: HttpRequest, public_id) -> HttpResponse:
    item = _slip(request, public_id)
    return render(request, "civil_acts/archive/printed.html", _row(item) | {"rows": pages.slip_rows(item)})


@require_POST
@require_permission(*SEARCH)
def take(request: HttpRequest, public_id) -> HttpResponse:
    item = _slip(request, public_id)
    try:
        archive.take_slip(public_id=item.public_id, by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Cette recherche est à vous."))
    return redirect("registers:slip", public_id=item.public_id)


def _answer(
    request: HttpRequest,
    item: SearchSlip,
    name: str,
    form,
    use_case: Callable,
    *,
    done: str,
    refused: str = "",
) -> HttpResponse:
    """What somebody says of a search; a refusal shows on the form ``name``, at the field ``refused``."""
    if form.is_valid():
        try:
            use_case(public_id=item.public_id, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            form.add_error(refused or None, error.message)
        else:
            messages.success(request, done)
            return redirect("registers:slip", public_id=item.public_id)
    return _show(request, item, status=422, **{name: form})


@require_POST
@require_permission(*SEARCH)
def found(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _slip(request, public_id), forms.FoundForm(request.POST, request.FILES)
    done = _("Page enregistrée. Elle peut être saisie.")
    return _answer(request, item, "found_form", form, archive.answer_found, done=done, refused="photo")


@require_POST
@require_permission(*SEARCH)
def absent(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _slip(request, public_id), forms.AbsentForm(request.POST)
    done = _("Réponse enregistrée. L’agent qui suit la demande est prévenu.")
    return _answer(request, item, "absent_form", form, archive.answer_absent, done=done)


@require_POST
@require_permission(*READ)
def reopen(request: HttpRequest, public_id) -> HttpResponse:
    item, form = _slip(request, public_id), forms.WhyForm(request.POST)
    done = _("La recherche est rouverte.")
    return _answer(request, item, "reopen_form", form, archive.reopen_slip, done=done)


# -- the two readings --------------------------------------------------------------


@require_safe
@require_permission(*TYPE)
def transcriptions(request: HttpRequest) -> HttpResponse:
    scope = request.actor.scope(*TYPE)
    visible = Transcription.objects.visible_to(request.actor)
    return render(
        request,
        "civil_acts/archive/transcriptions.html",
        {
            "to_type": SearchSlip.objects.filter(scope.where("office")).to_transcribe()[:50],
            "to_verify": visible.to_verify(by=request.actor)[:50],
            "to_correct": visible.to_correct(by=request.actor)[:50],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*TYPE)
def type_page(request: HttpRequest, public_id) -> HttpResponse:
    """First reading, or the same person's second try after it was sent back."""
    scope = request.actor.scope(*TYPE)
    photographed = SearchSlip.objects.filter(scope.where("office"), state=SlipState.FOUND)
    item = get_object_or_404(
        photographed.select_related("office", "photo", "transcription"), public_id=public_id
    )
    earlier = getattr(item, "transcription", None)
    initial = earlier.data if earlier else _known(item)
    form = forms.ActForm(request.POST or None, kind=item.kind, initial=initial)
    others = _Others(request)
    if request.method == "POST" and form.is_valid():
        try:
            archive.transcribe(
                slip_id=item.public_id, by=request.actor, data=form.typed(), dismissed=others.dismissed
            )
        except LikelyDuplicateError as error:
            others.show(error.acts)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saisie enregistrée. Une autre personne doit la vérifier."))
            return redirect("registers:transcriptions")
    status = 422 if request.method == "POST" else 200
    context = _row(item) | {"form": form, "earlier": earlier, "pages": item.photo_pages, "others": others}
    context["forms"] = [others.form]
    return render(request, "civil_acts/archive/type_page.html", context, status=status)


class _Others:
    """The acts that look like the one being typed: shown, then dismissed with a tick, on the same form."""

    def __init__(self, request: HttpRequest) -> None:
        self.seen = chosen_ids(request.POST.getlist("seen"))
        self.form = forms.OthersForm(request.POST if self.seen else None)
        self.dismissed = self.seen if self.seen and self.form.is_valid() else []
        self.acts: list[RegisterAct] = []

    def show(self, acts: list[RegisterAct]) -> None:
        if self.dismissed:  # one more came in meanwhile: it is to be looked at as well
            self.form = forms.OthersForm()
        self.acts = acts


def _known(item: SearchSlip) -> dict[str, str]:
    """What the slip already says about the place of the act in the registers, not about the person."""
    return {
        "year": str(item.year or ""),
        "act_number": item.act_number_text,
        "centre": item.centre,
        "volume": item.volume,
        "folio": item.folio,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(*TYPE)
def verify(request: HttpRequest, public_id) -> HttpResponse:
    """Second reading: the essential fields are typed blind, then differences are settled on the photo."""
    item = _transcription(request, public_id)
    kind = item.slip.kind
    form = forms.ActForm(request.POST or None, kind=kind, initial=item.data, blind=True)
    keep, others = None, _Others(request)
    if request.method == "POST" and form.is_valid():
        differences = readings.compare(kind, item.data, form.typed())
        settling = "settle" in request.POST
        keep = forms.KeepForm(request.POST if settling else None, differences=differences)
        if not differences or (settling and keep.is_valid()):
            kept = keep.kept() if differences else {}
            if answer := _verified(request, item, form, kept, others):
                return answer
    return _verify_page(request, item, form, keep, others=others)


def _verified(
    request: HttpRequest, item: Transcription, form: Any, kept: dict, others: _Others
) -> HttpResponse | None:
    try:
        act = archive.verify_transcription(
            public_id=item.public_id,
            by=request.actor,
            data=form.typed(),
            kept=kept,
            dismissed=others.dismissed,
        )
    except LikelyDuplicateError as error:
        others.show(error.acts)
        return None
    except DomainError as error:
        form.add_error(None, error.message)
        return None
    messages.success(request, _("Acte vérifié et inscrit dans le registre numérique."))
    return redirect("registers:act", public_id=act.public_id)


def _verify_page(
    request: HttpRequest,
    item: Transcription,
    form: Any,
    keep: Any,
    *,
    return_form: Any = None,
    others: _Others | None = None,
    status: int = 0,
) -> HttpResponse:
    context = _row(item.slip) | {
        "item": item,
        "form": form,
        "keep": keep if keep and keep.fields else None,
        "pages": item.slip.photo_pages,
        "return_form": return_form or forms.WhyForm(),
        "others": others,
        "forms": [keep, return_form, others.form if others else None],
    }
    status = status or (422 if request.method == "POST" else 200)
    return render(request, "civil_acts/archive/verify.html", context, status=status)


def _transcription(request: HttpRequest, public_id) -> Transcription:
    """One that waits for somebody else than its author."""
    waiting = Transcription.objects.visible_to(request.actor).to_verify(by=request.actor)
    return get_object_or_404(waiting.select_related("slip__office", "slip__photo"), public_id=public_id)


@require_POST
@require_permission(*TYPE)
def send_back(request: HttpRequest, public_id) -> HttpResponse:
    item = _transcription(request, public_id)
    form = forms.WhyForm(request.POST)
    if not form.is_valid():
        blank = forms.ActForm(kind=item.slip.kind, initial=item.data, blind=True)
        return _verify_page(request, item, blank, None, return_form=form, status=422)
    archive.return_transcription(
        public_id=item.public_id, by=request.actor, reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("Saisie renvoyée à la personne qui l’a faite."))
    return redirect("registers:transcriptions")
