"""Filling a form, page by page: what a service mounts under its own addresses.

A service declares one ``Journey`` and three views that call ``begin``,
``step`` and ``go_on``:

    JOURNEY = Journey(purpose="civil_acts", address=…, send=…, sent=…, exit_url=…)

    @public
    @require_POST
    def start(request, slug):
        return begin(request, JOURNEY, form_version=…, subject_label=…, context={…})

    @public
    def page(request, public_id, step):          # …/demande/<uuid:public_id>/<str:step>/
        return views.step(request, JOURNEY, public_id, step)

    @public
    def resume(request, public_id):              # what journeys.register points to
        return go_on(request, JOURNEY, public_id)

Everything is HTML first: POST then redirect, 422 with the page again when
something is wrong, nothing typed lost, also when the session is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cotonou.accounts import grants
from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import public
from cotonou.core.clients import client_ip
from cotonou.core.errors import DomainError
from cotonou.formbuilder import engine, journeys, services
from cotonou.formbuilder.bills import Bill
from cotonou.formbuilder.definition import CHECK, LEAVE, Page, Text, say
from cotonou.formbuilder.engine import Step
from cotonou.formbuilder.forms import LeaveForm, MoreForm, ResumeForm
from cotonou.formbuilder.models import Draft, FormVersion
from cotonou.formbuilder.page_form import PageForm
from cotonou.formbuilder.refusals import Refusal
from cotonou.formbuilder.states import DraftState

# Names beginning with "_" are the journey's own; field ids begin with a letter.
REVISION, FROM, ACTION, REMOVE, REMOVE_ITEM = "_revision", "_from", "_action", "_remove", "_remove_item"
ADD, GO_AWAY = "add", "leave"
CARRIED_AT_MOST = 200


@dataclass(frozen=True)
class Journey:
    """What a service says of its forms.

    address: the URL of a step of a draft. send: make the request from a complete
    draft (``services.submit`` inside, in one transaction) and return the URL to go to.
    sent: that URL again, for a draft that was sent before. exit_url: where the
    first page's back link goes, and where to begin anew. bill: what it costs, on the
    check page. suggest: answers to propose, by field id, on pages never sent yet.
    note: a sentence under a page's title. judge: see refusals.py; the answers are the
    visible ones.
    """

    purpose: str
    address: Callable[[Draft, str], str]
    send: Callable[[HttpRequest, Draft], str]
    sent: Callable[[Draft], str]
    exit_url: Callable[[Draft], str]
    send_label: Text = field(default_factory=lambda: {"fr": "Envoyer la demande", "en": "Send the request"})
    check_note: Text = ""
    bill: Callable[[Draft], Bill | None] = lambda draft: None
    suggest: Callable[[Actor, Draft], Mapping[str, Any]] = lambda actor, draft: {}
    note: Callable[[Draft, Page], str] = lambda draft, page: ""
    judge: Callable[[Draft, Mapping[str, Any]], Refusal | None] = lambda draft, answers: None


def begin(
    request: HttpRequest,
    journey: Journey,
    *,
    form_version: FormVersion,
    subject_label: str,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Start a draft and go to its first page. Call it for POST only.

    A second click finds the draft that the first one made, as long as nothing was answered.
    """
    untouched = Draft.objects.visible_to(request.actor).filter(
        purpose=journey.purpose, form_version=form_version, context=context or {}, revision=0
    )
    draft = untouched.filter(state=DraftState.OPEN).newest_first().first() or services.start(
        form_version=form_version,
        purpose=journey.purpose,
        subject_label=subject_label,
        by=request.actor,
        context=context,
    )
    _grant(request, draft)
    return redirect(journey.address(draft, draft.form.pages[0].step))


def go_on(request: HttpRequest, journey: Journey, public_id: UUID) -> HttpResponse:
    """Go to the page where the draft was left."""
    draft = _find(request, journey, public_id)
    if draft is None:
        return _lost(request, ResumeForm())
    return redirect(_where_left(journey, draft))


def step(request: HttpRequest, journey: Journey, public_id: UUID, key: str) -> HttpResponse:
    """One address of the journey: a page, an item, a piece, the check page or "save and leave"."""
    draft = _find(request, journey, public_id)
    if draft is None:
        draft, answer = _come_back(request, journey)
        if draft is None:
            return answer
        if draft.public_id != public_id:
            return redirect(_where_left(journey, draft))
    if draft.state == DraftState.SUBMITTED:
        return redirect(journey.sent(draft))
    try:
        services.require_open(draft)
    except services.DraftClosedError:
        return render(
            request,
            "formbuilder/closed.html",
            {"draft": draft, "exit_url": journey.exit_url(draft)},
            status=410,
        )
    _grant(request, draft)
    if key in (CHECK, LEAVE):
        return {CHECK: _check, LEAVE: _leave}[key](_Visit(request, journey, draft))
    visit = _Visit(request, journey, draft)
    found = engine.find_step(draft.form, visit.filled, key)
    if found is None:
        if not engine.is_step(draft.form, key):
            raise Http404
        # Hidden since another answer changed, or an item that was removed.
        return redirect(_where_left(journey, draft))
    if found.page.kind == "repeat" and found.item is None:
        return _items(visit, found)
    return _page(visit, found)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Take up a draft again by code and phone, from any browser."""
    form = ResumeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and (draft := _opened(request, form)):
        return redirect(journeys.address(draft))
    status = 422 if form.is_bound else 200
    return render(request, "formbuilder/resume.html", {"form": form}, status=status)


# -- which draft ---------------------------------------------------------------


def _find(request: HttpRequest, journey: Journey, public_id: UUID) -> Draft | None:
    drafts = Draft.objects.visible_to(request.actor).select_related("form_version", "contact")
    return drafts.filter(purpose=journey.purpose, public_id=public_id).first()


def _grant(request: HttpRequest, draft: Draft) -> None:
    """Renew this session's hold on the draft, and on the contact that it is for."""
    grants.give(request, draft.public_id)
    if draft.contact is not None and draft.owner_uuid == request.actor.uuid and not request.actor.is_staff:
        grants.give(request, draft.contact.public_id)


def _opened(request: HttpRequest, form: ResumeForm) -> Draft | None:
    """The draft of a code and phone, now open to this session; else the reason is on the form."""
    if not form.is_valid():
        return None
    try:
        draft = services.resume(by=request.actor, client=client_ip(request), **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.message)
        return None
    grants.give(request, draft.public_id)
    if draft.contact is not None:
        grants.give(request, draft.contact.public_id)
    return draft


def _come_back(request: HttpRequest, journey: Journey) -> tuple[Draft | None, HttpResponse]:
    """The session is over: code and phone open the draft again, and what was typed goes on with them."""
    asked = request.method == "POST" and ResumeForm.prefix + "-code" in request.POST
    form = ResumeForm(request.POST) if asked else ResumeForm()
    draft = _opened(request, form) if asked else None
    if draft is not None and draft.purpose == journey.purpose:
        return draft, HttpResponse()
    return None, _lost(request, form)


def _lost(request: HttpRequest, form: ResumeForm) -> HttpResponse:
    """The same page for a draft that is somebody else's and for one that never was."""
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(ResumeForm.prefix + "-")
        for value in values
    ]
    context = {"form": form, "carried": carried[:CARRIED_AT_MOST], "files": bool(request.FILES)}
    return render(request, "formbuilder/lost.html", context, status=404)


def _where_left(journey: Journey, draft: Draft) -> str:
    if draft.state == DraftState.SUBMITTED:
        return journey.sent(draft)
    return journey.address(draft, engine.resume_step(draft.form, draft.filled(), draft.last_step))


# -- one step ------------------------------------------------------------------


@dataclass
class _Visit:
    """What every page of the journey needs."""

    request: HttpRequest
    journey: Journey
    draft: Draft

    def __post_init__(self) -> None:
        self.filled = self.draft.filled()
        posted = self.request.POST.get(FROM) or self.request.GET.get("de")
        self.from_check = posted == CHECK

    def url(self, key: str) -> str:
        return self.journey.address(self.draft, key)

    def again(self, key: str) -> str:
        """The address of a step, still remembering that one came from the check page."""
        return self.change(key) if self.from_check else self.url(key)

    def change(self, key: str) -> str:
        """The address of a step that comes back to the check page."""
        return self.url(key) + "?de=" + CHECK

    def suggested(self, here: Step) -> dict[str, Any]:
        """What to propose on a page that was never sent: what was erased there stays erased."""
        if here.page.kind != "page" or here.page.id in self.draft.page_revisions:
            return {}
        proposed = engine.defaults(self.draft.form, here, self.filled)
        return {**proposed, **self.journey.suggest(self.request.actor, self.draft)}

    def after(self, next_step: str) -> str:
        """Back to the check page when one came from there and nothing new is to be asked."""
        if not self.from_check:
            return self.url(next_step)
        missing = engine.missing(self.draft.form, self.draft.filled())
        return self.again(missing) if missing else self.url(CHECK)

    def render(self, template: str, key: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        form = self.draft.form
        before = CHECK if self.from_check else engine.previous_step(form, self.filled, key)
        number, count = engine.progress(form, self.filled, key)
        common = {
            "draft": self.draft,
            "shell": "layout/staff.html" if self.draft.is_assisted else "layout/base.html",
            "back_url": self.url(before) if before else self.journey.exit_url(self.draft),
            "leave_url": self.url(LEAVE),
            "from_check": CHECK if self.from_check else "",
            "number": number,
            "count": count,
        }
        return render(self.request, template, common | context, status=status)


def _page(visit: _Visit, here: Step) -> HttpResponse:
    request, draft = visit.request, visit.draft
    if request.method != "POST":
        suggested = visit.suggested(here)
        form = engine.step_form(draft.form, here, visit.filled, suggested=suggested)
        return _show(visit, here, form, proposes=_proposes(here, suggested))
    if REMOVE in request.POST:
        return _remove_upload(visit, here)
    action = request.POST.get(ACTION)
    try:
        saved = services.save_page(
            draft=draft,
            step=here,
            data=request.POST,
            files=request.FILES,
            by=request.actor,
            revision=_whole(request.POST.get(REVISION, "")),
            partial=action == GO_AWAY,
            judge=lambda answers: visit.journey.judge(draft, answers),
        )
    except services.DraftClosedError as error:
        messages.error(request, error.message)
        return redirect(visit.url(here.key))
    visit.draft = saved.draft
    if action == GO_AWAY and saved.kept:
        _warn_of_what_is_not_kept(request, saved.form)
        return redirect(visit.url(LEAVE))
    if saved.next_step is None:
        visit.filled = saved.draft.filled()
        return _show(visit, here, saved.form, status=422, refusal=saved.refusal)
    _grant(request, saved.draft)
    if action == ADD:
        return redirect(visit.again(here.key))
    return redirect(visit.after(saved.next_step))


def _proposes(here: Step, suggested: Mapping[str, Any]) -> bool:
    """Whether the page opens with something about the person that they did not type there."""
    return any(
        field.id in suggested and not isinstance(field.spec.get("default"), str | int)
        for field in here.page.fields
    )


def _show(
    visit: _Visit,
    here: Step,
    form: PageForm,
    *,
    status: int = 200,
    proposes: bool = False,
    refusal: Refusal | None = None,
) -> HttpResponse:
    upload = here.page.upload
    held = visit.filled.get(upload.id, []) if upload else []
    context = {
        "form": form,
        "page": here.page,
        "item": here.item,
        "revision": visit.draft.revision,
        "upload": upload,
        "held": held,
        "can_add": upload is not None and upload.id in form.fields,
        "note": visit.journey.note(visit.draft, here.page),
        "proposes": proposes,
        "advice": refusal.advice if refusal else "",
        "ways": _ways(refusal, visit.again, but=here.key),
    }
    return visit.render("formbuilder/page.html", here.key, context, status=status)


def _ways(refusal: Refusal | None, address: Callable[[str], str], *, but: str = "") -> list[dict[str, str]]:
    """Links to the other pages where the answers can be changed."""
    ways = refusal.ways if refusal else ()
    return [{"href": address(step), "text": words} for step, words in ways if step != but]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _remove_upload(visit: _Visit, here: Step) -> HttpResponse:
    try:
        uuid = UUID(visit.request.POST[REMOVE])
    except ValueError as error:
        raise Http404 from error
    services.remove_upload(draft=visit.draft, upload_uuid=uuid, by=visit.request.actor)
    return redirect(visit.again(here.key))


def _warn_of_what_is_not_kept(request: HttpRequest, form: PageForm) -> None:
    labels = [
        _("« %(label)s »") % {"label": form[name].label}
        for name in form.errors
        if name in form.fields and form[name].data
    ]
    if labels:
        text = _("À compléter quand vous reviendrez, car la réponse n’était pas valable : %(labels)s.")
        messages.warning(request, text % {"labels": ", ".join(labels)})


def _items(visit: _Visit, here: Step) -> HttpResponse:
    """The list of a repeated page: change, remove, add another or go on."""
    request, draft = visit.request, visit.draft
    page = here.page
    if request.method == "POST" and REMOVE_ITEM in request.POST:
        number = _whole(request.POST[REMOVE_ITEM])
        services.remove_item(draft=draft, page=page, number=number or 0, by=request.actor)
        return redirect(visit.again(here.key))
    items = engine.item_titles(draft.form, visit.filled, page)
    following = f"{here.key}.{len(items) + 1}"
    if request.method != "POST" and not items and page.min_items:
        return redirect(visit.again(following))
    full = len(items) >= page.max_items
    form = MoreForm(request.POST if request.method == "POST" else None, page=page, count=len(items))
    if full:
        del form.fields["more"]
    if form.is_bound and form.is_valid():
        more = form.cleaned_data.get("more", False)
        try:
            draft = services.save_more(draft=draft, step=here, more=more, by=request.actor)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if more:
                return redirect(visit.again(following))
            return redirect(visit.after(engine.next_step(draft.form, draft.filled(), here.key)))
    rows = [
        {"title": title, "number": number, "url": visit.again(f"{here.key}.{number}")}
        for number, title in enumerate(items, start=1)
    ]
    context = {"form": form, "page": page, "rows": rows, "full": full}
    return visit.render("formbuilder/items.html", here.key, context, status=422 if form.is_bound else 200)


def _check(visit: _Visit) -> HttpResponse:
    """Everything that was answered, with a link to change each; then send."""
    request, draft = visit.request, visit.draft
    visit.from_check = False
    if missing := engine.missing(draft.form, visit.filled):
        if request.method == "POST":
            messages.warning(request, _("Il manque une réponse : complétez cette page, puis envoyez."))
        return redirect(visit.change(missing))
    error, refusal = "", None
    if request.method == "POST":
        try:
            return redirect(visit.journey.send(request, draft))
        except services.AlreadySubmittedError as sent:
            return redirect(visit.journey.sent(sent.draft))
        except DomainError as refused:
            error = refused.message
            refusal = visit.journey.judge(draft, engine.final(draft.form, visit.filled))
    bill = visit.journey.bill(draft)
    context = {
        "groups": _groups(visit),
        "error": error,
        "error_items": [{"href": "", "text": error}] if error else [],
        "ways": _ways(refusal, visit.change),
        "bill": bill and bill.table(),
        "send_label": say((bill and bill.send_label) or visit.journey.send_label),
        "note": say(visit.journey.check_note),
    }
    return visit.render("formbuilder/check.html", CHECK, context, status=422 if error else 200)


def _groups(visit: _Visit) -> list[dict[str, Any]]:
    """The rows of the summary: one list per page, per item of a repeated page, and one for all pieces."""
    groups: list[dict[str, Any]] = []
    for row in engine.summary(visit.draft.form, visit.filled):
        title = row.page.title if row.item is None else f"{row.page.title} ({row.item})"
        if row.page.kind == "piece":
            title = _("Les pièces") if visit.draft.is_assisted else _("Vos pièces")
        key = (title, row.page.kind == "piece" or row.page.id)
        if not groups or groups[-1]["key"] != key:
            groups.append({"key": key, "title": title, "rows": []})
        href = f"{visit.change(row.step)}#{row.anchor}" if row.step else ""
        lines = row.value.split("\n") if row.value else []
        groups[-1]["rows"].append({"label": row.label, "lines": lines, "href": href})
    return groups


def _leave(visit: _Visit) -> HttpResponse:
    """Save and leave: the code on the screen, and by SMS."""
    request, draft = visit.request, visit.draft
    if draft.is_assisted:  # kept among the agent's own; the person takes no code away from a form half filled
        messages.success(request, _("Saisie gardée."))
        return redirect(visit.journey.exit_url(draft))
    known = draft.contact is not None and bool(draft.contact.phone)
    form = LeaveForm(request.POST if request.method == "POST" and not known else None)
    status = 200
    if request.method == "POST" and (known or form.is_valid()):
        try:
            draft = services.leave(
                draft=draft, by=request.actor, phone="" if known else form.cleaned_data["phone"]
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            _grant(request, draft)
            return redirect(visit.url(LEAVE) + "?envoye=1")
    if form.is_bound:
        status = 422
    context = {
        "form": form,
        "known": known,
        "sent": known and "envoye" in request.GET,
        "go_on_url": _where_left(visit.journey, draft),
    }
    return visit.render("formbuilder/leave.html", LEAVE, context, status=status)
