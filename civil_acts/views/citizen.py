"""The citizen's way: start, fill (by the form room), confirm, pay."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from civil_acts import asking
from civil_acts import public as facts_of
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import intake, paying
from civil_acts.states import RequestState
from civil_acts.views.tracking import ask_proof, own
from cotonou.accounts import grants
from cotonou.accounts.permissions import public
from cotonou.catalogue.services import require_open
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.core.money import format_xof
from cotonou.formbuilder import views as filling
from cotonou.formbuilder.models import Draft
from cotonou.payments import providers
from cotonou.payments.forms import ProviderForm


def _send(request: HttpRequest, draft: Draft) -> str:
    item = intake.confirm(draft=draft, by=request.actor)
    grants.give(request, item.contact.public_id)
    return _sent_url(item)


def _sent_url(item: ActRequest) -> str:
    name = "pay" if item.state == RequestState.TO_PAY else "tracking"
    return reverse(f"civil_acts:{name}", args=[item.tracking_code])


def _slug(draft: Draft) -> str:
    return draft.context["slug"]


JOURNEY = filling.Journey(
    purpose=intake.PURPOSE,
    address=lambda draft, step: reverse("civil_acts:page", args=[_slug(draft), draft.public_id, step]),
    send=_send,
    sent=lambda draft: _sent_url(ActRequest.objects.get(tracking_code=draft.code)),
    exit_url=lambda draft: reverse("catalogue:service", args=[_slug(draft)]),
    send_label={"fr": "Confirmer et passer au paiement", "en": "Confirm and go to payment"},
    check_note={
        "fr": "En confirmant, vous déclarez que ces renseignements sont exacts.",
        "en": "By confirming you declare that this information is correct.",
    },
    bill=asking.bill,
    suggest=asking.suggest,
    note=asking.note,
    judge=asking.judge,
)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """What it takes, then a draft: the first page asks how to reach the person."""
    version = ProcedureVersion.objects.in_force(slug)
    if version is None:
        raise Http404
    require_open()
    service = version.procedure.service
    if request.method == "POST":
        return filling.begin(
            request,
            JOURNEY,
            form_version=version.form_version,
            subject_label=service.title,
            context={"procedure_version": version.pk, "slug": slug},
        )
    facts = facts_of.facts(service)
    if request.actor.user:
        account = _("Vous êtes connecté : votre nom et vos coordonnées seront déjà remplis.")
    else:
        account = _("Un compte n’est pas nécessaire.")
    shown = [{"label": _("Qui délivre"), "value": service.issued_by}]
    shown += [
        {
            "label": fee.label,
            "value": format_xof(fee.amount_xof) if fee.amount_xof is not None else fee.text,
            "note": "" if fee.source else _("à confirmer par la Mairie"),
        }
        for fee in facts.fees
    ]
    if facts.total_xof is not None:
        shown.append({"label": _("Total"), "value": format_xof(facts.total_xof)})
    if facts.delay:
        note = "" if facts.delay.source else _("à confirmer par la Mairie")
        shown.append({"label": _("Délai"), "value": facts.delay.text, "note": note})
    context = {"service": service, "facts": shown, "privacy": _privacy(), "account": account}
    return render(request, "civil_acts/citizen/start.html", context)


def _privacy() -> str:
    return _(
        "La Ville de Cotonou utilise ces renseignements pour traiter votre demande et rien d’autre. "
        "Les pièces sont effacées %(days)d jours après. Vous pouvez demander à les voir, les corriger "
        "ou les effacer : adressez-vous à la mairie (Code du numérique, art. 415)."
    ) % {"days": settings.UPLOAD_RETENTION_DAYS}


@require_http_methods(["GET", "HEAD", "POST"])
@public
def page(request: HttpRequest, slug: str, public_id, step: str) -> HttpResponse:
    require_open()
    return filling.step(request, JOURNEY, public_id, step)


@require_safe
@public
def resume(request: HttpRequest, public_id) -> HttpResponse:
    return filling.go_on(request, JOURNEY, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def pay(request: HttpRequest, code: str) -> HttpResponse:
    item = own(request, code)
    if item is None:
        return ask_proof(request, code)
    if item.state != RequestState.TO_PAY:
        return redirect("civil_acts:tracking", code=item.tracking_code)
    if request.method != "POST" and (payment := paying.on_its_way(item)):
        return redirect("payments:status", public_id=payment.public_id)
    require_open()
    online, form = bool(providers.enabled()), ProviderForm(request.POST if request.method == "POST" else None)
    if online and form.is_valid():
        try:
            payment = paying.pay_online(
                request=item,
                provider=form.cleaned_data["provider"],
                by=request.actor,
                idempotency_key=form.cleaned_data["idempotency_key"],
            )
            return redirect(payment.next_url)
        except DomainError as error:
            form.add_error(None, error.message)
    context = {
        "item": item,
        "code": codes.pretty(item.tracking_code),
        "form": form,
        "bill": asking.bill_of(item.procedure_version, item.answers).table(),
        "online": online,
        "kept_until": paying.kept_until(item),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "civil_acts/citizen/pay.html", context, status=status)
