"""Where staff complete, source and publish the procedure of a service."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from civil_acts import forms_procedures as forms
from civil_acts import snapshots
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.reference import UNVALIDATED
from civil_acts.services import procedures
from cotonou.accounts.permissions import Permission, require_permission
from cotonou.core.errors import DomainError
from cotonou.documents import kinds as document_kinds
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder.definition import say
from cotonou.territory.dates import local_today

MANAGE = Permission.CATALOGUE_MANAGE


def _procedure(slug: str) -> Procedure:
    return get_object_or_404(Procedure.objects.select_related("service"), service__slug=slug)


def _labels(procedure: Procedure) -> dict[str, str]:
    """Document kind -> its name, for every kind of this procedure."""
    latest = procedure.versions.order_by("-number").first()
    named = {v["document_kind"]: say(v["label"]) for v in latest.variants} if latest else {}
    return {k: named.get(k) or str(document_kinds.get(k).label) for k in procedures.kinds_of(procedure)}


def _lines(version: ProcedureVersion) -> dict:
    return {
        "version": version,
        "fees": [fee | {"label": say(fee["label"])} for fee in version.fees],
        "missing": procedures.missing(version),
    }


@require_safe
@require_permission(MANAGE, Permission.GO_LIVE_VIEW)
def show(request: HttpRequest, slug: str) -> HttpResponse:
    procedure, today = _procedure(slug), local_today()
    labels = _labels(procedure)
    current, draft = ProcedureVersion.objects.in_force(slug), procedures.draft_of(procedure)
    rules = EntitlementRule.objects.filter(document_kind__in=labels).exclude(ends_on__lt=today)
    models = TemplateVersion.objects.exclude(published_at=None).select_related("template")
    context = {
        "service": procedure.service,
        "current": _lines(current) if current else None,
        "coming": [_lines(v) for v in procedure.versions.filter(in_force_from__gt=today).order_by("number")],
        "draft": _lines(draft) if draft else None,
        "rules": [
            {"rule": rule, "document": labels[rule.document_kind]}
            for rule in rules.order_by("document_kind", "relation", "starts_on")
        ],
        "models": [
            {
                "model": model,
                "document": label,
                "kind": kind,
                "confirmed": model.legal_reference != UNVALIDATED,
            }
            for kind, label in labels.items()
            if kind in snapshots.VARIABLES
            for model in models.filter(template__kind=kind).order_by("-number")[:1]
        ],
        "may_edit": request.actor.has(MANAGE),
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


def _act(request: HttpRequest, slug: str, form, save: Callable, *, title: str, done: str, button: str):
    """Show a form, or save what it says; a refusal keeps what was typed (422)."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except procedures.Incomplete as error:
            for sentence in error.sentences:
                form.add_error(None, sentence)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, done)
            return redirect("civil_acts:procedure", slug)
    context = {"form": form, "title": title, "button": button, "slug": slug}
    status = 422 if form.errors else 200
    return render(request, "civil_acts/procedures/form.html", context, status=status)


def _no_draft(request: HttpRequest, slug: str) -> HttpResponse:
    messages.error(request, _("Aucune version n’est en préparation. Préparez-en une nouvelle."))
    return redirect("civil_acts:procedure", slug)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def edit_draft(request: HttpRequest, slug: str) -> HttpResponse:
    version = procedures.draft_of(_procedure(slug))
    if version is None:
        return _no_draft(request, slug)
    form = forms.VersionForm(request.POST or None, version=version)
    return _act(
        request,
        slug,
        form,
        lambda: procedures.edit_draft(
            slug=slug, public_id=version.public_id, by=request.actor, **form.changes()
        ),
        title=_("Compléter la version %(n)d") % {"n": version.number},
        done=_("La version est enregistrée."),
        button=_("Enregistrer"),
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def publish(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    version = get_object_or_404(_procedure(slug).versions, number=number)
    form = forms.PublishForm(request.POST or None, initial={"starts_on": local_today()})
    return _act(
        request,
        slug,
        form,
        lambda: procedures.publish(
            slug=slug, public_id=version.public_id, by=request.actor, **form.cleaned_data
        ),
        title=_("Publier la version %(n)d") % {"n": number},
        done=_("La version est publiée."),
        button=_("Publier"),
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
        title=_("Ajouter une règle « qui peut obtenir »"),
        done=_("La règle est ajoutée."),
        button=_("Ajouter la règle"),
    )


def _rule(slug: str, public_id: UUID) -> EntitlementRule:
    kinds = procedures.kinds_of(_procedure(slug))
    return get_object_or_404(EntitlementRule, document_kind__in=kinds, public_id=public_id)


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def end_rule(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    rule = _rule(slug, public_id)
    form = forms.EndRuleForm(request.POST or None, initial={"ends_on": local_today()})
    return _act(
        request,
        slug,
        form,
        lambda: procedures.end_rule(public_id=public_id, by=request.actor, **form.cleaned_data),
        title=_("Mettre fin à la règle : %(who)s") % {"who": rule.get_relation_display()},
        done=_("La fin de la règle est enregistrée."),
        button=_("Mettre fin"),
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def replace_rule(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    rule = _rule(slug, public_id)
    known = {"proofs": "\n".join(rule.proofs), "source": rule.source, "starts_on": local_today()}
    form = forms.ReplaceRuleForm(request.POST or None, initial=known)
    return _act(
        request,
        slug,
        form,
        lambda: procedures.replace_rule(public_id=public_id, by=request.actor, **form.cleaned_data),
        title=_("Remplacer la règle : %(who)s") % {"who": rule.get_relation_display()},
        done=_("La règle est remplacée."),
        button=_("Remplacer la règle"),
    )


@require_http_methods(["GET", "POST"])
@require_permission(MANAGE)
def confirm_model(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    label = _labels(_procedure(slug)).get(kind)
    if label is None or kind not in snapshots.VARIABLES:
        raise Http404
    form = forms.TemplateForm(request.POST or None, initial={"starts_on": local_today()})
    return _act(
        request,
        slug,
        form,
        lambda: procedures.confirm_template(kind=kind, by=request.actor, **form.cleaned_data),
        title=_("Confirmer le modèle : %(label)s") % {"label": label},
        done=_("Le modèle porte sa référence."),
        button=_("Confirmer le modèle"),
    )
