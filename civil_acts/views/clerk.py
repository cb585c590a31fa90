"""The clerk's pages: the queue, one request with everything beside it, and the actions on it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from civil_acts import durations, forms, queue, request_page
from civil_acts.models import ActRequest, RegisterAct, SavedView
from civil_acts.services import saved_views, treatment
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError

PER_PAGE = 25
SEARCHED = ("nom", "annee", "numero")
# What somebody of the liaison finds there is settled by ``visible_to``: the files of the UCIP.
READ = (Permission.ACT_REQUEST_VIEW, Permission.RELAY_MANAGE)
WORK = (Permission.ACT_REQUEST_PREPARE, Permission.RELAY_MANAGE)


@require_safe
@require_permission(*READ)
def request_queue(request: HttpRequest) -> HttpResponse:
    return _queue(request, request.GET)


def _queue(
    request: HttpRequest, chosen: QueryDict, *, save_form: forms.SaveViewForm | None = None, status: int = 200
) -> HttpResponse:
    form, query = forms.QueueFilter(chosen, actor=request.actor), _query(chosen)
    rows = queue.filtered(request.actor, form.cleaned_data if form.is_valid() else {})
    page = queue.QueuePaginator(rows, PER_PAGE, allow_empty_first_page=True).get_page(chosen.get("page"))
    return render(
        request,
        "civil_acts/clerk/queue.html",
        {
            "form": form,
            "page": page,
            "rows": [request_page.queue_row(item) for item in page],
            "views": SavedView.objects.filter(user=request.actor.user).order_by("name"),
            "save_form": save_form or forms.SaveViewForm(initial={"query": query}),
            "forms": [save_form],
            "filtered": bool(query),
        },
        status=status,
    )


def _query(chosen: QueryDict) -> str:
    """The filters alone, as they go in an address."""
    names = forms.QueueFilter.base_fields
    return urlencode([(name, chosen[name]) for name in names if chosen.get(name)])


@require_POST
@require_permission(*READ)
def save_view(request: HttpRequest) -> HttpResponse:
    form, chosen = forms.SaveViewForm(request.POST), QueryDict(request.POST.get("query", "")[:500])
    if not form.is_valid():
        return _queue(request, chosen, save_form=form, status=422)
    query = _query(chosen)
    saved_views.keep(name=form.cleaned_data["name"], query=query, by=request.actor)
    messages.success(request, _("Vue enregistrée."))
    return redirect(f"{reverse('civil_acts:queue')}?{query}")


@require_POST
@require_permission(*READ)
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    if not saved_views.forget(pk=pk, by=request.actor):
        raise Http404
    messages.success(request, _("Vue supprimée."))
    return redirect("civil_acts:queue")


def _item(request: HttpRequest, public_id: Any) -> ActRequest:
    return get_object_or_404(
        ActRequest.objects.visible_to(request.actor).select_related(
            "contact",
            "office",
            "claimed_by",
            "procedure_version__procedure__service",
            "procedure_version__form_version",
            "register_act__office",
            "document",
            "entitlement_rule",
            "prepared_by",
            "signed_by",
            "checked_by",
            "rejected_by",
            "relay_batch",
        ),
        public_id=public_id,
    )


def _page(request: HttpRequest, item: ActRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    return render(
        request,
        "civil_acts/clerk/request.html",
        request_page.context(item, request.actor, query=request.POST or request.GET, bound=bound),
        status=status,
    )


@require_safe
@require_permission(*READ)
def detail(request: HttpRequest, public_id) -> HttpResponse:
    return _page(request, _item(request, public_id))


def act_on(
    request: HttpRequest,
    public_id: Any,
    name: str,
    form: Any,
    use_case: Callable[..., Any],
    done: str,
    *,
    leaves: bool = False,
) -> HttpResponse:
    """Form, use case, back to the request; what failed stays on its form with what was typed.

    leaves: the request is no longer this clerk's; go back to the queue.
    """
    item = _item(request, public_id)
    if not form.is_valid():
        return _page(request, item, status=422, **{name: form})
    try:
        use_case(public_id=item.public_id, by=request.actor, **form.cleaned_data)
    except ActRequest.DoesNotExist:
        form.add_error(None, _("Ce dossier n’est pas dans un bureau où vous pouvez instruire."))
        return _page(request, item, status=422, **{name: form})
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, _item(request, public_id), status=422, **{name: form})
    messages.success(request, done)
    return redirect("civil_acts:queue") if leaves else redirect("civil_acts:request", public_id=public_id)


@require_POST
@require_permission(*WORK)
def claim(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Dossier pris en charge : il est à vous pendant %(n)d minutes.") % {"n": durations.CLAIM_MINUTES}
    return act_on(request, public_id, "claim", forms.PortalForm(request.POST), treatment.claim, done)


@require_POST
@require_permission(*WORK)
def release(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Dossier rendu à la file.")
    return act_on(request, public_id, "release", forms.PortalForm(request.POST), treatment.release, done)


@require_POST
@require_permission(*WORK)
def check(request: HttpRequest, public_id) -> HttpResponse:
    item = _item(request, public_id)
    rule = treatment.rule_for(item)
    form = forms.ProofsForm(request.POST, proofs=rule.proofs if rule else [])

    def use_case(*, public_id, by, proofs):
        return treatment.check_entitlement(public_id=public_id, by=by, proofs_seen=proofs)

    response = act_on(request, public_id, "proofs", form, use_case, _("Droit à obtenir le document vérifié."))
    return _keeping(request, response, *SEARCHED)


@require_POST
@require_permission(*WORK)
def attach_act(request: HttpRequest, public_id, act_id) -> HttpResponse:
    act = get_object_or_404(RegisterAct.objects.visible_to(request.actor), public_id=act_id)

    def use_case(*, public_id, by):
        return treatment.attach_act(public_id=public_id, by=by, act_uuid=act.public_id)

    done = _("Acte choisi.")
    response = act_on(request, public_id, "act", forms.PortalForm(request.POST), use_case, done)
    return _keeping(request, response, *SEARCHED, "proofs")


def _keeping(request: HttpRequest, response: HttpResponse, *names: str) -> HttpResponse:
    """A redirect to the request, with what stands in the fields ``names`` of its one form."""
    kept = [(name, value) for name in names for value in request.POST.getlist(name)]
    if isinstance(response, HttpResponseRedirect) and kept:
        response["Location"] += f"?{urlencode(kept)}"
    return response


@require_POST
@require_permission(*WORK)
def prepare(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Document préparé : il attend la signature de l’officier.")
    return act_on(request, public_id, "prepare", forms.PortalForm(request.POST), treatment.prepare, done)


@require_POST
@require_permission(*WORK)
def ask(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Demande envoyée à l’usager. Le délai est suspendu.")
    return act_on(request, public_id, "ask", forms.AskForm(request.POST), treatment.ask_complement, done)


@require_POST
@require_permission(*WORK)
def reject(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Demande refusée ; l’usager est prévenu.")
    form = forms.RejectForm(request.POST, relay=_item(request, public_id).is_relay)
    return act_on(request, public_id, "reject", form, treatment.reject, done)


@require_POST
@require_permission(*WORK)
def reopen(request: HttpRequest, public_id) -> HttpResponse:
    done = _("Dossier rouvert.")
    return act_on(request, public_id, "reopen", forms.ReasonForm(request.POST), treatment.reopen, done)


@require_POST
@require_permission(Permission.ACT_REQUEST_TRANSFER)
def transfer(request: HttpRequest, public_id) -> HttpResponse:
    form = forms.TransferForm(request.POST, current=_item(request, public_id).office)
    done = _("Dossier transmis à l’autre bureau.")
    return act_on(request, public_id, "transfer", form, treatment.transfer, done, leaves=True)
