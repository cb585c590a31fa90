"""The honest state of a request in the words of the citizen: now, since when, and what comes next."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts import durations, snapshots
from civil_acts.models import ActRequest, Replacement, Revocation, SearchSlip, SlipState
from civil_acts.states import CITIZEN_WORDS, ReplacementReason, RequestState
from cotonou.core.money import format_xof
from cotonou.documents.states import DocumentState
from cotonou.payments.models import Payment, Refund
from cotonou.payments.providers import cash
from cotonou.payments.states import RefundState
from cotonou.territory.dates import local_today

S = RequestState
# Instead of CITIZEN_WORDS when the registers hold no such act.
_ABSENT_WORDS = {
    S.TO_SIGN: gettext_lazy("Acte non trouvé : certificat de non-inscription à signer"),
    S.SEALING: gettext_lazy("Acte non trouvé : certificat de non-inscription en préparation"),
    S.READY: gettext_lazy("Acte non trouvé : un certificat de non-inscription est prêt"),
    S.DELIVERED: gettext_lazy("Acte non trouvé : certificat de non-inscription remis"),
}
# Instead of CITIZEN_WORDS while a wrong document is made again.
_REPLACING_WORDS = {
    S.IN_REVIEW: gettext_lazy("Nous corrigeons votre document"),
    S.TO_SIGN: gettext_lazy("Votre document corrigé est prêt à être signé"),
}


@dataclass(frozen=True)
class Story:
    headline: str
    tone: str
    next_words: str
    steps: list[dict[str, Any]]
    advice: str = ""  # what else the person can do, beside this request
    # What became of the document that was given out, when it is no longer good.
    notices: tuple[dict[str, str], ...] = ()
    money: str = ""  # what becomes of what was paid, once there is nothing more to wait for


def day(moment: Any) -> str:
    if moment is None:
        return ""
    if hasattr(moment, "hour"):
        moment = timezone.localtime(moment)
    return formats.date_format(moment, "DATE_FORMAT")


def story(request: ActRequest, *, paying: Payment | None = None, payment: Payment | None = None) -> Story:
    """paying: the payment that is on its way to this request, see ``services.paying.on_its_way``.

    payment: the one that was made, see ``services.paying.last_payment``.
    """
    if paying:
        return Story(*_paying(paying), _steps(request))
    if slip := _searched(request):
        return Story(*_searching(request, slip), _steps(request))
    return Story(
        headline(request),
        _tone(request),
        _next(request),
        _steps(request),
        _advice(request),
        tuple(_notices(request)),
        _money(request, payment),
    )


def _is_revoked(request: ActRequest) -> bool:
    return request.document is not None and request.document.state == DocumentState.REVOKED


def _notices(request: ActRequest) -> Iterator[dict[str, str]]:
    document = request.document
    if document is None:
        return
    if _is_revoked(request):
        why = Revocation.objects.filter(document=document).first()
        yield {
            "title": f"{why.get_reason_display()}." if why else _("Ce document n’est plus valable."),
            "text": why.text if why else _("La Mairie l’a annulé."),
            "tone": "error",
        }
    elif request.is_replacing:
        yield {
            "title": _("N’utilisez plus l’exemplaire que vous avez."),
            "text": _(
                "Il porte le no %(serial)s. Dès que le nouveau sera signé, il ne sera plus valable. "
                "Vous n’avez rien à payer."
            )
            % {"serial": document.serial},
            "tone": "warning",
        }
    elif document.replaces:
        yield {
            "title": _("Ce document en remplace un autre."),
            "text": _(
                "L’ancien, no %(serial)s, n’est plus valable depuis le %(date)s : ne le présentez plus."
            )
            % {"serial": document.replaces.serial, "date": day(document.replaces.replaced_at)},
            "tone": "warning",
        }


def _money(request: ActRequest, payment: Payment | None) -> str:
    refused = request.state == S.READY_ELSEWHERE and not request.relay_available
    over = refused or request.state in (S.REJECTED, S.WITHDRAWN, S.EXPIRED)
    if not over or payment is None or not payment.is_settled:
        return ""
    words = {"paid": format_xof(payment.amount_xof), "office": request.office.name}
    refunds = list(payment.refunds.order_by("pk"))
    if not refunds:
        return (
            _(
                "Vous avez payé %(paid)s. Aucun remboursement n’est prévu pour le moment. "
                "Pour en demander un, allez avec votre reçu au guichet : %(office)s."
            )
            % words
        )
    return " ".join(_refund(refund, words) for refund in refunds)


def _refund(refund: Refund, words: dict[str, str]) -> str:
    """Where a refund is, as the books have it."""
    sentences = {
        RefundState.PROPOSED: _(
            "Un remboursement de %(amount)s est proposé : la régie de la Mairie doit encore l’accorder."
        ),
        RefundState.APPROVED: _(
            "Le remboursement de %(amount)s est accordé. S’il n’arrive pas sur votre compte mobile, "
            "allez à la caisse avec votre reçu et une pièce d’identité : %(office)s."
        )
        if refund.payment.provider != cash.NAME
        else _(
            "Le remboursement de %(amount)s est accordé : retirez-le à la caisse avec votre reçu "
            "et une pièce d’identité : %(office)s."
        ),
        RefundState.PAID: _("%(amount)s vous ont été rendus le %(date)s."),
        RefundState.REFUSED: _(
            "Le remboursement de %(amount)s n’a pas été accordé. Pour savoir pourquoi, demandez au guichet : "
            "%(office)s."
        ),
    }
    amount = format_xof(refund.amount_xof)
    return sentences[RefundState(refund.state)] % (words | {"amount": amount, "date": day(refund.paid_at)})


def _under_way(request: ActRequest) -> Replacement | None:
    return request.replacements.open().first() if request.is_replacing else None


def _searched(request: ActRequest) -> SearchSlip | None:
    """The archive's search under way, when it is what the citizen waits for."""
    if request.state != S.IN_REVIEW or request.waiting_since:
        return None
    slips = SearchSlip.objects.filter(request_uuid=request.public_id, state=SlipState.OPEN)
    return slips.order_by("created_at").first()


def _searching(request: ActRequest, slip: SearchSlip) -> tuple[str, str, str]:
    headline = _("Nous cherchons l’acte dans les registres papier depuis le %(date)s") % {
        "date": day(slip.created_at)
    }
    return headline, "info", _("Un archiviste ouvre les registres de l’arrondissement.") + _promise(request)


def _is_absent(request: ActRequest) -> bool:
    """The document is the certificate that the act was not found."""
    return request.document_kind == snapshots.NON_REGISTRATION and request.prepared_at is not None


def _advice(request: ActRequest) -> str:
    if _is_revoked(request):
        return _(
            "Rapportez les exemplaires sur papier au bureau indiqué plus bas, avec votre code de suivi "
            "et une pièce d’identité. L’agent vous dira comment obtenir un document valable. "
            "Si vous n’êtes pas d’accord, dites-le par écrit à ce bureau."
        )
    if not _is_absent(request) or request.state not in (S.READY, S.DELIVERED):
        return ""
    return _(
        "Avec ce certificat, vous pouvez demander au tribunal un jugement supplétif, qui tient lieu d’acte, "
        "puis sa transcription à l’arrondissement. Les pièces et les délais sont à confirmer par la Mairie : "
        "demandez-les au bureau de l’arrondissement."
    )


def _paying(payment: Payment) -> tuple[str, str, str]:
    if payment.is_open:
        return (
            _("Paiement en attente"),
            "warn",
            _(
                "L’opérateur n’a pas encore confirmé. Ne payez pas une deuxième fois : "
                "cette page change dès sa réponse, même si elle vient tard."
            ),
        )
    return (
        _("Paiement reçu"),
        "info",
        _("Nous l’enregistrons : votre demande arrive chez un agent dans quelques minutes."),
    )


def headline(request: ActRequest) -> str:
    """Where the request is, in the words of the citizen."""
    if _is_revoked(request):
        return _("Votre document a été annulé")
    if request.waiting_since:
        return _("Nous attendons une réponse de votre part depuis le %(date)s") % {
            "date": day(request.waiting_since)
        }
    if _waits_for_batch(request):
        return _("Dossier vérifié, à transmettre à l’ANIP")
    if request.state == S.TRANSMITTED:
        return _("Chez l’ANIP depuis le %(date)s") % {"date": day(request.transmitted_at)}
    if request.state == S.READY_ELSEWHERE:
        return (
            _("Votre certificat est disponible à l’ANIP")
            if request.relay_available
            else _("L’ANIP a refusé le certificat")
        )
    if request.is_replacing:
        return str(_REPLACING_WORDS[S(request.state)])
    if _is_absent(request) and request.state in _ABSENT_WORDS:
        return str(_ABSENT_WORDS[S(request.state)])
    return str(CITIZEN_WORDS[S(request.state)])


def _waits_for_batch(request: ActRequest) -> bool:
    """Checked by a clerk, and not yet in the hands of the ANIP."""
    return request.state == S.IN_REVIEW and request.checked_at is not None and request.is_relay


def _tone(request: ActRequest) -> str:
    if _is_revoked(request):
        return "stop"
    if request.waiting_since or request.is_replacing or request.state == S.TO_PAY:
        return "warn"
    if request.state == S.READY_ELSEWHERE:
        return "ok" if request.relay_available else "stop"
    if request.state in (S.READY, S.DELIVERED):
        return "ok"
    return "stop" if request.state in (S.REJECTED, S.EXPIRED, S.WITHDRAWN) else "info"


def _next(request: ActRequest) -> str:
    due = _promise(request)
    if request.document is not None and _is_revoked(request):
        return _("Il n’est plus valable depuis le %(date)s : ne l’utilisez plus.") % {
            "date": day(request.document.revoked_at)
        }
    if request.waiting_since:
        return _("Le délai est suspendu. Il reprend dès que vous répondez.")
    if under_way := _under_way(request):
        return _error_found(under_way) + due
    if _waits_for_batch(request):
        return (
            _("Un agent l’a vérifié le %(date)s. La Mairie le remet à l’ANIP avec son prochain envoi.")
            % {"date": day(request.checked_at)}
            + due
        )
    if request.contact.in_person and request.state == S.READY:
        return _("Retirez le document au guichet, avec votre reçu et une pièce d’identité.")
    if request.contact.in_person and request.state == S.DELIVERED:
        return _("Le document vous a été remis au guichet.")
    absent = _is_absent(request) and request.state in _ABSENT_WORDS
    sentences = {
        S.TO_PAY: _(
            "Payez pour que la Mairie commence. Une demande non payée est abandonnée après %(n)d jours."
        )
        % {"n": durations.UNPAID_DAYS},
        S.SUBMITTED: _("Un agent va l’examiner.") + due,
        S.IN_REVIEW: _("Un agent vérifie votre dossier.") + due,
        S.TO_SIGN: _("Un officier d’état civil doit encore signer le document.") + due,
        S.SEALING: _("Le document reçoit le cachet électronique de la Ville : quelques minutes."),
        S.READY: _(
            "Téléchargez ce certificat ici, ou retirez-le au guichet avec votre code et une pièce d’identité."
        )
        if absent
        else _(
            "Téléchargez le document ici, ou retirez-le au guichet avec votre code et une pièce d’identité."
        ),
        S.DELIVERED: _("Vous pouvez télécharger de nouveau ce certificat ici.")
        if absent
        else _("Vous pouvez télécharger de nouveau le document ici."),
        S.REJECTED: _(
            "Lisez la raison ci-dessous. Vous pouvez faire une nouvelle demande ou aller au guichet."
        ),
        S.TRANSMITTED: _("C’est l’ANIP qui délivre ce certificat. Nous vous prévenons dès qu’elle répond."),
        S.READY_ELSEWHERE: _(
            "Retirez le certificat à l’unité de l’ANIP (UCIP), à l’endroit indiqué plus bas, "
            "avec la référence."
        )
        if request.relay_available
        else _(
            "Il n’y a pas de certificat à retirer. Lisez la réponse ci-dessous, puis adressez-vous à l’unité "
            "de l’ANIP (UCIP) avec la référence, ou faites une nouvelle demande."
        ),
        S.EXPIRED: _(
            "Vous pouvez recommencer une demande. Si vous avez payé, allez au guichet avec votre reçu."
        ),
        S.WITHDRAWN: _("Vous pouvez faire une nouvelle demande quand vous voulez."),
    }
    if absent:
        found_nothing = _(
            "La Mairie a cherché l’acte dans ses registres et ne l’a pas trouvé : "
            "le certificat de non-inscription le dit."
        )
        return f"{found_nothing} {sentences[S(request.state)]}"
    return sentences[S(request.state)]


def _error_found(replacement: Replacement) -> str:
    if replacement.reason == ReplacementReason.OTHER:
        return _("La Mairie a trouvé une erreur dans le document délivré.")
    reason = replacement.get_reason_display()
    return _("La Mairie a trouvé une erreur dans le document délivré : %(reason)s.") % {
        "reason": reason[:1].lower() + reason[1:]
    }


def _promise(request: ActRequest) -> str:
    """When the answer is due, where somebody fixed the delay and the day is still to come."""
    if request.due_on is None or request.procedure_version.delay_working_days is None:
        return ""
    if request.due_on < local_today():
        return " " + _("Nous avons pris du retard : la réponse était prévue pour le %(due)s.") % {
            "due": day(request.due_on)
        }
    return " " + _("Réponse prévue au plus tard le %(due)s.") % {"due": day(request.due_on)}


def _steps(request: ActRequest) -> list[dict[str, Any]]:
    relay = request.is_relay
    line: list[tuple[str, datetime.date | None]] = [
        (_("Demande enregistrée"), request.created_at),
        (_("Paiement reçu") if request.fee_xof else _("Demande déposée"), request.submitted_at),
        (_("Droit et pièces vérifiés"), request.checked_at),
    ]
    if under_way := _under_way(request):
        line.append((_("Erreur trouvée dans le document délivré"), under_way.asked_at))
    if relay:
        line += [
            (_("Dossier transmis à l’ANIP"), request.transmitted_at),
            (_("Réponse de l’ANIP"), request.relay_answered_on),
        ]
    elif _is_absent(request):
        line += [
            (_("Acte non trouvé, certificat de non-inscription préparé"), request.prepared_at),
            (_("Certificat signé"), request.signed_at),
            (_("Certificat prêt"), request.ready_at),
            (_("Certificat remis"), request.delivered_at),
        ]
    else:
        line += [
            (_("Document préparé"), request.prepared_at),
            (_("Document signé"), request.signed_at),
            (_("Document prêt"), request.ready_at),
            (_("Document remis"), request.delivered_at),
        ]
    if request.document is not None and _is_revoked(request):
        line = [*_done(line), (_("Document annulé"), request.document.revoked_at)]
    if request.state == S.REJECTED:
        line = [*_done(line), (_("Demande refusée"), request.rejected_at)]
    if request.state in (S.EXPIRED, S.WITHDRAWN):
        line = [*_done(line), (str(CITIZEN_WORDS[S(request.state)]), request.closed_at)]
    return _marked(line)


def _done(line: list[tuple[str, datetime.date | None]]) -> list[tuple[str, datetime.date | None]]:
    return [(label, when) for label, when in line if when]


def _marked(line: list[tuple[str, datetime.date | None]]) -> list[dict[str, Any]]:
    steps, current = [], False
    for label, when in line:
        state = "done" if when else ("todo" if current else "now")
        current = current or not when
        steps.append({"label": label, "when": day(when), "state": state})
    return steps
