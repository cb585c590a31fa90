"""The ledger entries of payments. One key per event: nothing is ever booked twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from cotonou.audit.services import Acting
from cotonou.core import codes
from cotonou.core.money import split
from cotonou.ledger import services as ledger
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Journal, Line
from cotonou.ledger.services import credit, debit
from cotonou.payments.models import CashDesk, CashSession, MoneyCase, Payment, Refund
from cotonou.territory.dates import local_today


@dataclass(frozen=True)
class Place:
    """Where money lies: a drawer or an operator's account in transit."""

    account_code: str
    auxiliary: str


def drawer(desk: CashDesk) -> Place:
    return Place(AccountCode.CASH, desk.code)


def place_of(payment: Payment) -> Place:
    if payment.cash_session:
        return drawer(payment.cash_session.desk)
    return Place(AccountCode.TRANSIT, payment.provider)


def post_settlement(payment: Payment, by: Acting) -> None:
    """Money in, gross: the commune's share to revenue, the rest to those it is held for."""
    place = place_of(payment)
    party = payment.contact.public_id
    shares = payment.allocations.select_related("account").order_by("pk")
    ledger.post(
        key=f"payment:{payment.pk}",
        journal=Journal.CASH if payment.cash_session_id else Journal.ONLINE,
        date=local_today(),
        label=f"{payment.label} · {codes.pretty(payment.reference)}",
        lines=[
            debit(place.account_code, payment.amount_xof, auxiliary=place.auxiliary),
            *(credit(s.account.code, s.amount_xof, auxiliary=s.held_for, party=party) for s in shares),
        ],
        by=by,
        office=payment.office,
        source=payment,
    )


def post_provider_fee(payment: Payment, fee_xof: int, by: Acting) -> None:
    """What the operator keeps, apart from the revenue: never netted."""
    ledger.post(
        key=f"payment-fee:{payment.pk}",
        journal=Journal.ONLINE,
        date=local_today(),
        label=f"{payment.provider_label} · {codes.pretty(payment.reference)}",
        lines=[
            debit(AccountCode.PROVIDER_FEES, fee_xof, auxiliary=payment.provider),
            credit(AccountCode.TRANSIT, fee_xof, auxiliary=payment.provider),
        ],
        by=by,
        office=payment.office,
        source=payment,
    )


def post_unidentified(case: MoneyCase, amount_xof: int, by: Acting) -> None:
    ledger.post(
        key=f"money-case:{case.pk}",
        journal=Journal.ONLINE,
        date=local_today(),
        label=f"{case.get_kind_display()} · {case.provider_id}",
        lines=[
            debit(AccountCode.TRANSIT, amount_xof, auxiliary=case.provider),
            credit(AccountCode.UNIDENTIFIED, amount_xof, auxiliary=case.provider),
        ],
        by=by,
        office=case.office,
        source=case,
    )


def post_float(session: CashSession, difference_xof: int, by: Acting) -> None:
    """Money put into the drawer (> 0) or taken out of it (< 0) between two sessions."""
    lines = _moved(session.desk, AccountCode.INTERNAL_TRANSFERS, difference_xof)
    _post_session(session, "float", lines, by)


def post_gap(session: CashSession, gap_xof: int, by: Acting) -> None:
    """More (> 0) or less (< 0) counted than the books say, to the account of cash gaps."""
    _post_session(session, "gap", _moved(session.desk, AccountCode.CASH_GAPS, gap_xof), by)


def session_label(session: CashSession, what: str) -> str:
    """What the books call the "float" or the "gap" of a session: in French, whatever the screen."""
    with override("fr"):
        words = _("Fonds de la caisse %(desk)s") if what == "float" else _("Écart de la caisse %(desk)s")
    return words % {"desk": session.desk.code}


def _moved(desk: CashDesk, other: str, amount_xof: int) -> list[ledger.NewLine]:
    place = drawer(desk)
    if amount_xof > 0:
        return [
            debit(place.account_code, amount_xof, auxiliary=desk.code),
            credit(other, amount_xof, auxiliary=desk.code),
        ]
    return [
        debit(other, -amount_xof, auxiliary=desk.code),
        credit(place.account_code, -amount_xof, auxiliary=desk.code),
    ]


def _post_session(session: CashSession, what: str, lines: Sequence[ledger.NewLine], by: Acting) -> None:
    ledger.post(
        key=f"cash-{what}:{session.pk}",
        journal=Journal.CASH,
        date=local_today(),
        label=session_label(session, what),
        lines=lines,
        by=by,
        office=session.desk.office,
        source=session,
    )


def post_refund_due(refund: Refund, by: Acting) -> None:
    """Take the refund back from what the payment was booked to, in proportion to what is left there."""
    payment = refund.payment
    party = payment.contact.public_id
    left = _left_to_refund(payment)
    parts = split(refund.amount_xof, [amount for _code, _held, amount in left])
    ledger.post(
        key=f"refund-due:{refund.pk}",
        journal=Journal.REFUND,
        date=local_today(),
        label=f"{payment.label} · {codes.pretty(payment.reference)}",
        lines=[
            *(
                debit(code, part, auxiliary=held_for, party=party)
                for (code, held_for, _left), part in zip(left, parts, strict=True)
                if part
            ),
            credit(AccountCode.REFUNDS_PAYABLE, refund.amount_xof, party=party),
        ],
        by=by,
        office=payment.office,
        source=refund,
    )


def _left_to_refund(payment: Payment) -> list[tuple[str, str, int]]:
    """(account code, held for, XOF not yet refunded) per allocation."""
    others = payment.refunds.values_list("public_id", flat=True)
    taken: dict[tuple[str, str], int] = {}
    lines = Line.objects.filter(entry__source_uuid__in=list(others), entry__key__startswith="refund-due:")
    for code, held_for, amount in lines.values_list("account__code", "auxiliary", "debit_xof"):
        taken[code, held_for] = taken.get((code, held_for), 0) + amount
    shares = payment.allocations.select_related("account").order_by("pk")
    return [
        (s.account.code, s.held_for, s.amount_xof - taken.get((s.account.code, s.held_for), 0))
        for s in shares
    ]


def post_refund_paid(refund: Refund, place: Place, by: Acting) -> None:
    payment = refund.payment
    ledger.post(
        key=f"refund-paid:{refund.pk}",
        journal=Journal.REFUND,
        date=local_today(),
        label=f"{payment.label} · {codes.pretty(payment.reference)}",
        lines=[
            debit(AccountCode.REFUNDS_PAYABLE, refund.amount_xof, party=payment.contact.public_id),
            credit(place.account_code, refund.amount_xof, auxiliary=place.auxiliary),
        ],
        by=by,
        office=payment.office,
        source=refund,
    )
