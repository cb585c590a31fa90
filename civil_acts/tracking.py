"""The honest state of a request in the words of the citizen: now, since when, and what comes next."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from civil_acts.models import ActRequest
from civil_acts.states import CITIZEN_WORDS, RequestState

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


def story(request: ActRequest) -> Story:
    return Story(_headline(request), _tone(request), _next(request), _steps(request))


def _headline(request: ActRequest) -> str:
    if request.waiting_since:
        return _("Nous attendons une réponse de votre part depuis le %(date)s") % {
            "date": day(request.waiting_since)
        }
    if request.state == S.TRANSMITTED:
        return _("Chez l’ANIP depuis le %(date)s") % {"date": day(request.transmitted_at)}
    return str(CITIZEN_WORDS[S(request.state)])


def _tone(request: ActRequest) -> str:
    if request.waiting_since or request.state == S.TO_PAY:
        return "warn"
    if request.state in (S.READY, S.DELIVERED, S.READY_ELSEWHERE):
        return "ok"
    return "stop" if request.state in (S.REJECTED, S.EXPIRED, S.WITHDRAWN) else "info"


def _next(request: ActRequest) -> str:
    due = day(request.due_on)
    if request.waiting_since:
        return _("Le délai est suspendu. Il reprend dès que vous répondez.")
    sentences = {
        S.TO_PAY: _("Payez pour que la Mairie commence. Une demande non payée est abandonnée après 7 jours."),
        S.SUBMITTED: _("Un agent va l’examiner. Réponse prévue au plus tard le %(due)s.") % {"due": due},
        S.IN_REVIEW: _("Un agent vérifie votre dossier. Réponse prévue au plus tard le %(due)s.")
        % {"due": due},
        S.TO_SIGN: _("Un officier d’état civil doit la signer. Réponse prévue au plus tard le %(due)s.")
        % {"due": due},
        S.SEALING: _("Le document reçoit le cachet électronique de la Ville : quelques minutes."),
        S.READY: _("Téléchargez-le ici, ou retirez-le au guichet avec votre code et une pièce d’identité."),
        S.DELIVERED: _("Vous pouvez le télécharger de nouveau ici."),
        S.REJECTED: _(
            "Lisez la raison ci-dessous. Vous pouvez faire une nouvelle demande ou aller au guichet."
        ),
        S.TRANSMITTED: _("C’est l’ANIP qui délivre ce certificat. Nous vous prévenons dès qu’elle répond."),
        S.READY_ELSEWHERE: _(
            "Retirez le certificat à l’unité de l’ANIP (UCIP) de la mairie, avec la référence ci-dessous."
        ),
        S.EXPIRED: _(
            "Vous pouvez recommencer une demande. Si vous avez payé, allez au guichet avec votre reçu."
        ),
        S.WITHDRAWN: _("Vous pouvez faire une nouvelle demande quand vous voulez."),
    }
    return sentences[S(request.state)]


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
