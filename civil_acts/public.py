"""What citizens read about these services, and where their requests are found."""

from django.urls import reverse
from django.utils.translation import gettext as _

from civil_acts import entitlement, procedure_page, ucip
from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import paying
from cotonou.accounts.models import Office
from cotonou.catalogue.models import Service
from cotonou.catalogue.registry import Fact, Facts, Fee, Piece
from cotonou.catalogue.tracking import TrackedItem
from cotonou.formbuilder.models import Draft
from cotonou.formbuilder.wording import asked_when
from cotonou.payments import providers


def facts(service: Service) -> Facts:
    """The published version's fee, delay, pieces and rules; unknown ones come without source."""
    version = ProcedureVersion.objects.in_force(service.slug)
    if version is None:
        return Facts()
    fees = []
    for line in version.fees:
        label = procedure_page.fee_label(version, line)
        label += _(" (par exemplaire)") if line.get("per_copy") else ""
        fees.append(Fee(label, line["amount_xof"], source=line.get("source", "")))
    return Facts(
        fees=tuple(fees),
        total_xof=_total(version),
        delay=_delay(version),
        pieces=tuple(_pieces(version)),
        who_may_ask=tuple(Fact(who, version.source) for who in entitlement.who_may_ask(version)),
        steps=tuple(_steps(service)),
        offices=Fact(
            _("Le bureau de l’un des %(n)d arrondissements, ou en ligne.") % {"n": _office_count()},
            version.source,
        ),
        delivery=Fact(_delivery(service), version.source),
    )


def _office_count() -> int:
    return Office.objects.arrondissements().count()


def _delay(version: ProcedureVersion) -> Fact:
    text = procedure_page.days(version.delay_working_days)
    return Fact(text, version.delay_source) if text else Fact(_("Délai non fixé"))


def _pieces(version: ProcedureVersion):
    """What the form will ask for, from the form itself."""
    form = version.form_version.form
    for page in form.pages:
        if page.kind == "piece":
            when = asked_when(form, page)
            yield Piece(page.title, page.hint, required=not when, when=when, source=version.source)


def _total(version: ProcedureVersion) -> int | None:
    """What several fees make together, when everybody pays all of them once."""
    simple = all(fee["amount_xof"] is not None and not fee.get("variant") for fee in version.fees)
    if len(version.fees) < 2 or not simple or any(fee.get("per_copy") for fee in version.fees):
        return None
    return sum(fee["amount_xof"] for fee in version.fees)


def _steps(service: Service):
    yield _("Répondez aux questions, une par page, et joignez une photo des pièces.")
    if providers.enabled():
        yield _("Vérifiez vos réponses, puis payez par mobile money ou en espèces au guichet.")
    else:
        yield _("Vérifiez vos réponses, puis payez en espèces au guichet.")
    if service.authority_mode == "RELAY":
        yield _("La Mairie vérifie votre dossier et le transmet à l’ANIP, qui délivre le certificat.")
        yield _("Nous vous prévenons par SMS dès que l’ANIP répond.")
    else:
        yield _("Un agent vérifie votre droit et l’acte, un officier d’état civil signe.")
        yield _("Nous vous prévenons par SMS : téléchargez le document ou retirez-le au guichet.")


def _delivery(service: Service) -> str:
    if service.authority_mode == "RELAY":
        said = _("Le certificat est délivré par l’ANIP ; la Mairie vous remet un reçu, jamais le certificat.")
        return said + " " + _("Où le retirer : %(place)s.") % {"place": ucip.in_a_line()}
    return _(
        "PDF avec le cachet électronique de la Ville et un code carré (QR) que tout le monde peut vérifier."
    )


def start_url(service: Service) -> str | None:
    if ProcedureVersion.objects.in_force(service.slug) is None:
        return None
    return reverse("civil_acts:start", args=[service.slug])


def find(code: str) -> TrackedItem | None:
    """A request, or a draft still being filled, by its code."""
    request = ActRequest.objects.select_related("contact").filter(tracking_code=code).first()
    if request:
        url = reverse("civil_acts:tracking", args=[code])
        return TrackedItem(request.contact, url, receipt=_receipt_of(request))
    draft = (
        Draft.objects.select_related("contact").filter(code=code, purpose="civil_acts", state="OPEN").first()
    )
    if draft and draft.contact:
        return TrackedItem(draft.contact, journey_url(draft))
    return None


def _receipt_of(request: ActRequest) -> str:
    """What somebody without a phone shows that the request is theirs: the paper from the counter."""
    if request.contact.phone:
        return ""
    payment = paying.last_payment(request)
    return payment.receipt.code if payment and hasattr(payment, "receipt") else ""


def journey_url(draft: Draft) -> str:
    """Where a citizen's draft goes on: the page it was left at."""
    return reverse("civil_acts:resume", args=[draft.public_id])


def counter_url(draft: Draft) -> str:
    """Where an agent goes on typing for somebody."""
    return reverse("civil_acts:counter-resume", args=[draft.public_id])
