"""Lists as the table component wants them: columns, and rows of cells."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cotonou.core import codes
from cotonou.core.money import format_xof
from cotonou.core.templatetags.portal import datetime_fr
from cotonou.jobs.models import Job
from cotonou.payments.models import CashSession, MoneyCase, Payment, Refund
from cotonou.payments.states import RefundState

Table = dict[str, Any]
REFUND_TONES = {
    RefundState.PROPOSED: "warn",
    RefundState.APPROVED: "warn",
    RefundState.REFUSED: "stop",
    RefundState.PAID: "ok",
}


def _table(
    caption: str, columns: Iterable[str], rows: list[list[Any]], *, numeric: Iterable[str] = ()
) -> Table:
    numbers = set(numeric)
    return {
        "caption": caption,
        "columns": [{"label": label, "numeric": label in numbers} for label in columns],
        "rows": rows,
    }


def _payment_link(payment: Payment) -> dict[str, str]:
    return {
        "text": codes.pretty(payment.reference),
        "href": reverse("payments:staff_detail", args=[payment.public_id]),
        "note": payment.label,
    }


def _receipt_link(payment: Payment) -> Any:
    receipt = getattr(payment, "receipt", None)
    if receipt is None:
        return "–"
    return {"text": receipt.full_number, "href": reverse("payments:receipt", args=[receipt.code])}


def payments(found: Iterable[Payment]) -> Table:
    amount = _("Montant")
    return _table(
        _("Paiements"),
        [_("Référence"), _("Payeur"), _("Date"), _("Moyen"), _("État"), amount],
        [
            [
                _payment_link(p),
                p.contact.name,
                datetime_fr(p.created_at),
                p.provider_label,
                {"badge": p.get_state_display(), "tone": p.tone},
                format_xof(p.amount_xof),
            ]
            for p in found
        ],
        numeric=[amount],
    )


def unapplied(found: Iterable[tuple[Payment, Job]]) -> Table:
    amount = _("Montant")
    return _table(
        _("Paiements encaissés que la démarche n’a pas pu prendre en compte"),
        [_("Référence"), _("Payeur"), _("Encaissé"), _("Pourquoi"), amount],
        [
            [
                _payment_link(p),
                p.contact.name,
                datetime_fr(p.settled_at),
                job.last_error,
                format_xof(p.amount_xof),
            ]
            for p, job in found
        ],
        numeric=[amount],
    )


def cases(found: Iterable[MoneyCase]) -> Table:
    received = _("Montant reçu")
    return _table(
        _("Sommes qui ne correspondent pas à ce qui était attendu"),
        [_("Cas"), _("Opérateur"), _("Date"), _("Paiement"), _("Suite"), received],
        [
            [
                {"text": c.get_kind_display(), "href": reverse("payments:case", args=[c.public_id])},
                f"{c.provider} {c.provider_id}",
                datetime_fr(c.opened_at),
                codes.pretty(c.payment.reference) if c.payment else "–",
                {"badge": _("traité"), "tone": "ok"}
                if c.treated_at
                else {"badge": _("à traiter"), "tone": "warn"},
                c.received_text or "–",
            ]
            for c in found
        ],
        numeric=[received],
    )


def refunds(found: Iterable[Refund]) -> Table:
    amount = _("Montant")
    return _table(
        _("Remboursements"),
        [_("Paiement"), _("Raison"), _("Proposé"), _("État"), amount],
        [
            [
                {
                    "text": codes.pretty(r.payment.reference),
                    "href": reverse("payments:refund", args=[r.public_id]),
                },
                r.reason,
                datetime_fr(r.proposed_at),
                {"badge": r.get_state_display(), "tone": REFUND_TONES[RefundState(r.state)]},
                format_xof(r.amount_xof),
            ]
            for r in found
        ],
        numeric=[amount],
    )


def takings(found: Iterable[Payment]) -> Table:
    amount = _("Montant")
    return _table(
        _("Reçus de cette caisse"),
        [_("Reçu"), _("Payeur"), _("Pour"), _("Heure"), amount],
        [
            [_receipt_link(p), p.contact.name, p.label, datetime_fr(p.settled_at), format_xof(p.amount_xof)]
            for p in found
        ],
        numeric=[amount],
    )


def sessions(found: Iterable[Any]) -> Table:
    """found: from ``with_takings``."""
    numeric = [_("Reçus"), _("Encaissé"), _("Compté"), _("Écart")]
    return _table(
        _("Caisses ouvertes ce jour"),
        [_("Caisse"), _("Caissier"), _("Ouverte"), _("Fermée"), *numeric],
        [
            [
                {
                    "text": s.desk.code,
                    "href": reverse("payments:cash_session", args=[s.public_id]),
                    "note": s.desk.name,
                },
                str(s.opened_by),
                datetime_fr(s.opened_at),
                datetime_fr(s.closed_at) or {"badge": _("ouverte"), "tone": "warn"},
                str(s.receipts_count),
                # Blind until it is counted.
                format_xof(s.taken_xof) if s.closed_at else "–",
                format_xof(s.counted_xof) if s.counted_xof is not None else "–",
                format_xof(s.gap_xof) if s.gap_xof is not None else "–",
            ]
            for s in found
        ],
        numeric=numeric,
    )


def desks(found: Iterable[Any]) -> Table:
    """found: from ``desks_with_sessions``."""
    return _table(
        _("Caisses"),
        [_("Code"), _("Nom"), _("Bureau"), _("En ce moment")],
        [
            [
                d.code,
                d.name,
                d.office.name,
                _session_link(d.open_sessions[0]) if d.open_sessions else _("fermée"),
            ]
            for d in found
        ],
    )


def _session_link(session: CashSession) -> dict[str, str]:
    return {
        "text": _("ouverte par %(who)s") % {"who": session.opened_by},
        "href": reverse("payments:cash_session", args=[session.public_id]),
    }
