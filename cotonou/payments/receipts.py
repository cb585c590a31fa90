"""Receipts: a gapless number per desk, or for the online payments, and year."""

import segno
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from cotonou.audit.services import Acting
from cotonou.core.money import in_words
from cotonou.payments.models import Payment, Receipt, ReceiptSeries
from cotonou.territory.dates import local_date

ONLINE_SERIES = "WEB"
_NEXT = """
INSERT INTO payments_receiptseries (code, year, last_number) VALUES (%s, %s, 1)
ON CONFLICT (code, year) DO UPDATE SET last_number = payments_receiptseries.last_number + 1
RETURNING id, last_number
"""


def next_number(code: str, year: int) -> tuple[int, int]:
    """(series id, number). The counter's row stays locked until commit: a rollback leaves no gap.

    Call it last: whoever wants the next number of this series waits for us.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [code, year])
        return cursor.fetchone()


def issue(*, payment: Payment, by: Acting) -> Receipt:
    """The receipt of a settled payment, in the caller's transaction."""
    now = timezone.now()
    code = payment.cash_session.desk.code if payment.cash_session else ONLINE_SERIES
    paper = _paper(payment, by)
    series_id, number = next_number(code, local_date(now).year)
    return Receipt.objects.create(
        payment=payment,
        series=ReceiptSeries.objects.get(pk=series_id),
        number=number,
        amount_xof=payment.amount_xof,
        issued_at=now,
        issued_by_label=by.label[:200],
        paper=paper,
    )


def _paper(payment: Payment, by: Acting) -> dict:
    """What is printed, in French whatever the payer's screen: it is the City's paper."""
    session = payment.cash_session
    with override("fr"):
        return {
            "label": payment.label,
            "period": payment.period_label,
            "legal_basis": payment.legal_basis,
            "payer": payment.contact.name,
            "amount_words": in_words(payment.amount_xof),
            "channel": payment.provider_label,
            "reference": payment.reference,
            "provider_reference": payment.provider_id or "",
            "office": payment.office.name if payment.office else _("Mairie de Cotonou"),
            "desk": session.desk.name if session else _("paiement en ligne"),
            "cashier": by.label if session else "",
            "shares": [
                {"held_for": share.held_for, "amount_xof": share.amount_xof}
                for share in payment.allocations.order_by("pk")
            ],
        }


def page_of(code: str) -> str | None:
    """Where the receipt of this verification code (canonical) is shown to whoever holds it."""
    found = Receipt.objects.filter(code=code).exists()
    return reverse("payments:receipt", args=[code]) if found else None


def place_of(receipt: Receipt) -> str:
    """Office and desk as printed, once: many desks are named after their office."""
    office, desk = receipt.paper["office"], receipt.paper["desk"]
    return desk if office in desk else f"{office}, {desk}"


def verification_url(receipt: Receipt) -> str:
    return f"{settings.PORTAL_URL}/recu/{receipt.code}/"


def qr_svg(receipt: Receipt) -> SafeString:
    """The QR that leads to what the City booked, as one inline SVG path."""
    return mark_safe(segno.make(verification_url(receipt), error="m").svg_inline(scale=3, border=2))  # noqa: S308 -- our own drawing
