"""The honest state of a request in the words of the citizen: now, since when, and what comes next."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from civil_acts.models import ActRequest
from civil_acts.states import CITIZEN_WORDS, RequestState
from cotonou.payments.models import Payment
from cotonou.territory.dates import local_today

S = RequestState


@dataclass(frozen=True)
class Story:
    headline: str
    tone: str
    next_words: str
    steps: list[dict[str, Any]]


def day(moment: Any) -> str:
    if moment is None:
        return ""
    if hasattr(moment, "hour"):
        moment = timezone.localtime(moment)
    return formats.date_format(moment, "DATE_FORMAT")


def story(request: ActRequest, *, paying: Payment | None = None) -> Story:
    """paying: the payment that is on its way to this request, see ``services.paying.on_its_way``."""
    if paying:
        return Story(*_paying(paying), _steps(request))
    return Story(headline(request), _tone(request), _next(request), _steps(request))


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
    if request.waiting_since:
        return _("Nous attendons une réponse de votre part depuis le %(date)s") % {
            "date": day(request.waiting_since)
        }
    if request.state == S.TRANSMITTED:
        return _("Chez l’ANIP depuis le %(date)s") % {"date": day(request.transmitted_at)}
    if request.state == S.READY_ELSEWHERE:
        return (
            _("Votre certificat est disponible à l’ANIP")
            if request.relay_available
            else _("L’ANIP a refusé le certificat")
        )
    return str(CITIZEN_WORDS[S(request.state)])


def _tone(request: ActRequest) -> str:
    if request.waiting_since or request.state == S.TO_PAY:
        return "warn"
    if request.state == S.READY_ELSEWHERE:
        return "ok" if request.relay_available else "stop"
    if request.state in (S.READY, S.DELIVERED):
        return "ok"
    return "stop" if request.state in (S.REJECTED, S.EXPIRED, S.WITHDRAWN) else "info"


def _next(request: ActRequest) -> str:
    due = _promise(request)
    if request.waiting_since:
        return _("Le délai est suspendu. Il reprend dès que vous répondez.")
    sentences = {
        S.TO_PAY: _("Payez pour que la Mairie commence. Une demande non payée est abandonnée après 7 jours."),
        S.SUBMITTED: _("Un agent va l’examiner.") + due,
        S.IN_REVIEW: _("Un agent vérifie votre dossier.") + due,
        S.TO_SIGN: _("Un officier d’état civil doit la signer.") + due,
        S.SEALING: _("Le document reçoit le cachet électronique de la Ville : quelques minutes."),
        S.READY: _("Téléchargez-le ici, ou retirez-le au guichet avec votre code et une pièce d’identité."),
        S.DELIVERED: _("Vous pouvez le télécharger de nouveau ici."),
        S.REJECTED: _(
            "Lisez la raison ci-dessous. Vous pouvez faire une nouvelle demande ou aller au guichet."
        ),
        S.TRANSMITTED: _("C’est l’ANIP qui délivre ce certificat. Nous vous prévenons dès qu’elle répond."),
        S.READY_ELSEWHERE: _(
            "Retirez le certificat à l’unité de l’ANIP (UCIP) de la mairie, avec la référence ci-dessous."
        )
        if request.relay_available
        else _(
            "Il n’y a pas de certificat à retirer. Lisez la réponse ci-dessous, puis adressez-vous à l’unité "
            "de l’ANIP (UCIP) de la mairie avec la référence, ou faites une nouvelle demande."
        ),
        S.EXPIRED: _(
            "Vous pouvez recommencer une demande. Si vous avez payé, allez au guichet avec votre reçu."
        ),
        S.WITHDRAWN: _("Vous pouvez faire une nouvelle demande quand vous voulez."),
    }
    return sentences[S(request.state)]


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
    if relay:
        line += [
            (_("Dossier transmis à l’ANIP"), request.transmitted_at),
            (_("Réponse de l’ANIP"), request.relay_answered_on),
        ]
    else:
        line += [
            (_("Document préparé"), request.prepared_at),
            (_("Document signé"), request.signed_at),
            (_("Document prêt"), request.ready_at),
            (_("Document remis"), request.delivered_at),
        ]
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
