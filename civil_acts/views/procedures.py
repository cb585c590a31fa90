"""Where staff complete, source and publish the procedure of a service."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import examples, procedure_page, snapshots
from civil_acts import forms_procedures as forms
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.services import procedures
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.documents import rendering
from cotonou.territory.dates import local_today

MANAGE = Permission.CATALOGUE_MANAGE
# A refusal of the service -> the field of the form that can mend it.
FIELDS = {
    "past": ("starts_on", "ends_on"),
    "before_start": ("ends_on",),
    "overlap": ("relation", "starts_on", "ends_on"),
    "same_reference": ("legal_reference",),
}


def _procedure(slug: str) -> Procedure:
    return get_object_or_404(Procedure.objects.select_related("service"), service__slug=slug)


def _labels(procedure: Procedure) -> dict[str, str]:
    return procedure_page.labels(procedure, procedures.kinds_of(procedure))


def _cell_url(slug: str, cell: str, fee: str = "") -> str:
    """The form of the draft, at the field that holds this cell."""
    return f"{reverse('civil_acts:procedure-draft', args=[slug])}#id_{forms.field_of(cell, fee)}"


def _to_complete(slug: str, version: ProcedureVersion) -> list[dict[str, str]]:
    return [
        {"href": _cell_url(slug, point.cell, point.fee), "text": point.sentence}
        for point in procedures.missing(version)
    ]


def _version(slug: str, version: ProcedureVersion | None, *, may_edit: bool = False) -> dict[str, Any] | None:
    """The version for its table; the unknown cells of a draft lead to their field."""
    if version is None:
        return None
    rows = procedure_page.cells(version)
    if may_edit:
        for row in rows:
            row["href"] = _cell_url(slug, row["cell"], row.get("fee", ""))
            if "source_cell" in row:
                row["source_href"] = _cell_url(slug, row["source_cell"], row.get("fee", ""))
    return {"version": version, "rows": rows, "missing": _to_complete(slug, version)}


@require_safe
@require_permission(MANAGE, Permission.GO_LIVE_VIEW)
def show(request: HttpRequest, slug: str) -> HttpResponse:
    procedure, may_edit = _procedure(slug), request.actor.has(MANAGE)
    kinds = _labels(procedure)
    coming = procedure.versions.coming().order_by("in_force_from")
    context = {
        "service": procedure.service,
        "current": _version(slug, ProcedureVersion.objects.in_force(slug)),
        "coming": [_version(slug, version) for version in coming],
        "draft": _version(slug, procedures.draft_of(procedure), may_edit=may_edit),
        "rules": procedure_page.rules(kinds),
        "models": procedure_page.models(kinds),
        "may_edit": may_edit,
    }
    return render(request, "civil_acts/procedures/show.html", context)


@require_POST
@require_permission(MANAGE)
def new_draft(request: HttpRequest, slug: str) -> HttpResponse:
    _procedure(slug)
    try:
        procedures.new_draft(slug=slug, by=request.actor)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("civil_acts:procedure", slug)
    return redirect("civil_acts:procedure-draft", slug)


def _act(
    request: HttpRequest,
    slug: str,
    form,
    save: Callable,
    *,
    done: str,
    template: str = "form",
    context: Callable[[], dict[str, Any]],
):
    """Show a form, or save what it says; a refusal names its field and keeps what was typed (422)."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, done)
            return redirect("civil_acts:procedure", slug)
    page = {"form": form, "slug": slug, "service": _procedure(slug).service} | context()
    return render(request, f"civil_acts/procedures/{template}.html", page, status=422 if form.errors else 200)


def _refuse(form, error: DomainError) -> None:
    form.add_error(next((f for f in FIELDS.get(error.code, ()) if f in form.fields), None), error.message)


def _no_draft(request: HttpRequest, slug: str) -> HttpResponse:
    messages.error(request, _("Aucune version n’est en préparation. Préparez-en une nouvelle."))
    return redirect("civil_acts:procedure", slug)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def edit_draft(request: HttpRequest, slug: str) -> HttpResponse:
    version = procedures.draft_of(_procedure(slug))
    if version is None:
        return _no_draft(request, slug)
    read = procedures.fingerprint(version)
    form = forms.VersionForm(request.POST or None, version=version, initial={"seen": read})

    def save():
        try:
            procedures.edit_draft(slug=slug, public_id=version.public_id, by=request.actor, **form.changes())
        except DomainError as error:
            if error.code == "changed":
                form.compare()
                form.see(read)
            raise

    return _act(
        request,
        slug,
        form,
        save,
        template="draft",
        done=_("La version est enregistrée."),
        context=lambda: {"title": _("Compléter la version %(n)d") % {"n": version.number}},
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    procedure = _procedure(slug)
    version = get_object_or_404(procedure.versions.select_related("form_version"), number=number)
    if request.method == "GET" and version.published_at:
        messages.info(request, _("La version %(n)d est déjà publiée.") % {"n": number})
        return redirect("civil_acts:procedure", slug)
    read = procedures.fingerprint(version)
    form = forms.PublishForm(request.POST or None, initial={"starts_on": local_today(), "seen": read})

    def save():
        try:
            procedures.publish(slug=slug, public_id=version.public_id, by=request.actor, **form.cleaned_data)
        except DomainError as error:
            if error.code == "changed":
                form.see(read)
            raise

    def context():
        current = ProcedureVersion.objects.in_force(slug)
        return {
            "title": _("Publier la version %(n)d") % {"n": number},
            "version": version,
            "current": current,
            "coming": procedure.versions.coming().order_by("in_force_from"),
            "changes": procedure_page.changes(current, version),
            "missing": _to_complete(slug, version) if not version.published_at else [],
        }

    return _act(
        request,
        slug,
        form,
        save,
        template="publish",
        done=_("La version %(n)d est publiée.") % {"n": number},
        context=context,
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def add_rule(request: HttpRequest, slug: str) -> HttpResponse:
    kinds = [k for k in _labels(_procedure(slug)).items() if k[0] != snapshots.TRANSMISSION_SLIP]
    form = forms.RuleForm(request.POST or None, kinds=kinds, initial={"starts_on": local_today()})
    return _act(
        request,
        slug,
        form,
        lambda: procedures.add_rule(by=request.actor, **form.cleaned_data),
        done=_("La règle est ajoutée."),
        context=lambda: {
            "title": _("Ajouter une règle : qui peut obtenir quoi"),
            "button": _("Ajouter la règle"),
            "effect": _("Une personne qui n’est dans aucune règle ne peut pas obtenir le document."),
        },
    )


def _rule(slug: str, public_id: UUID) -> tuple[EntitlementRule, dict[str, str]]:
    """The rule, and the words that name it: {"document", "who"}."""
    kinds = _labels(_procedure(slug))
    rule = get_object_or_404(EntitlementRule, document_kind__in=kinds, public_id=public_id)
    return rule, {"document": kinds[rule.document_kind], "who": procedure_page.rule_words(rule)}


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def end_rule(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    rule, words = _rule(slug, public_id)
    form = forms.EndRuleForm(request.POST or None, initial={"ends_on": rule.ends_on or local_today()})
    return _act(
        request,
        slug,
        form,
        lambda: procedures.end_rule(public_id=public_id, by=request.actor, **form.cleaned_data),
        done=_("La fin de la règle est enregistrée."),
        context=lambda: {
            "title": _("Mettre fin à une règle"),
            "button": _("Mettre fin à la règle"),
            "tone": "warning",
            "rule": rule,
            "words": words,
            "effect": _(
                "Le lendemain, plus personne n’obtient « %(document)s » à ce titre (%(who)s), "
                "même pour une demande déjà déposée et pas encore vérifiée."
            )
            % words,
        },
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def replace_rule(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    rule, words = _rule(slug, public_id)
    starts_on = max(local_today(), rule.starts_on)
    known = {"proofs": "\n".join(rule.proofs), "source": rule.source, "starts_on": starts_on}
    form = forms.ReplaceRuleForm(request.POST or None, initial=known)
    return _act(
        request,
        slug,
        form,
        lambda: procedures.replace_rule(public_id=public_id, by=request.actor, **form.cleaned_data),
        done=_("La règle est remplacée."),
        context=lambda: {
            "title": _("Corriger ou remplacer une règle"),
            "button": _("Remplacer la règle"),
            "rule": rule,
            "words": words,
            "effect": _("La règle actuelle vaut jusqu’à la veille du jour choisi, la nouvelle ensuite."),
        },
    )


def _model_label(slug: str, kind: str) -> str:
    label = _labels(_procedure(slug)).get(kind)
    if label is None or kind not in snapshots.VARIABLES:
        raise Http404
    return label


@require_safe
@require_permission(MANAGE, Permission.GO_LIVE_VIEW)
def specimen(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The paper that the latest model makes, with an invented person: what staff compare and confirm."""
    _model_label(slug, kind)
    model = procedures.latest_template(kind)
    if model is None:
        raise Http404
    pdf = rendering.specimen(model, examples.values(kind))
    name = f"specimen-{kind.rpartition('.')[2]}-v{model.number}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def confirm_model(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    label = _model_label(slug, kind)
    form = forms.TemplateForm(request.POST or None, initial={"starts_on": local_today()})

    def context():
        return {
            "title": _("Confirmer le modèle : %(label)s") % {"label": label},
            "kind": kind,
            "model": procedures.latest_template(kind),
        }

    return _act(
        request,
        slug,
        form,
        lambda: procedures.confirm_template(kind=kind, by=request.actor, **form.cleaned_data),
        template="model",
        done=_("Le modèle porte sa référence."),
        context=context,
    )
