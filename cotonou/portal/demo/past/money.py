"""Payments of the past: what operators and drawers took, receipts, and the books."""

import datetime
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db import connection, models
from django.urls import reverse

from civil_acts import fees
from civil_acts.services import paying
from civil_acts.services.intake import PURPOSE, quote_for
from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.core import codes
from cotonou.core.money import in_words
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Account, Entry, Journal, Line
from cotonou.payments import booking
from cotonou.payments.models import (
    CashDesk,
    CashSession,
    FakeTransaction,
    Payment,
    PaymentAllocation,
    Receipt,
    ReceiptSeries,
)
from cotonou.payments.providers import cash
from cotonou.payments.receipts import ONLINE_SERIES
from cotonou.payments.states import FailureReason, PaymentState
from cotonou.portal.demo import drawers
from cotonou.portal.demo.calendar import Moment
from cotonou.portal.demo.copying import copy_rows, give_ids
from cotonou.portal.demo.past.plans import MINUTE, SECOND, Plan, came, in_order
from cotonou.portal.demo.past.rows import Past, numbered
from cotonou.portal.demo.town import GUEST, Town
from cotonou.territory.dates import local_date

_CLOSE = """
UPDATE payments_cashsession
   SET closed_at = %(closed_at)s, closed_by_id = %(closed_by_id)s, expected_xof = %(expected_xof)s,
       counted_xof = %(counted_xof)s, gap_xof = %(gap_xof)s, gap_reason = %(gap_reason)s
 WHERE id = %(id)s
"""
Side = tuple[str, int, int, str, Any]  # account code, debit, credit, auxiliary, party


@dataclass
class Day:
    """One drawer, one day: the session and what came into it."""

    desk: CashDesk
    on: datetime.date
    by: Actor
    plans: list[Plan] = field(default_factory=list)
    session: Any = None
    closing: dict[str, Any] = field(default_factory=dict)


class Money:
    def __init__(self, past: Past, town: Town) -> None:
        self.past, self.town, self.rng = past, town, town.rng
        self.accounts = {account.code: account for account in Account.objects.all()}
        self.payments: list[Payment] = []  # online; those in cash follow their session
        self.transactions: list[FakeTransaction] = []
        self.allocations: list[PaymentAllocation] = []
        self.receipts: list[Receipt] = []
        self.series: dict[tuple[str, int], ReceiptSeries] = {}
        self.entries: list[tuple[Moment, Entry, list[Side]]] = []
        self.days: list[Day] = []

    def make(self, plans: list[Plan]) -> None:
        """Everything but ids of receipts and entries, which follow their moments."""
        self.days = self._days(plans)
        self._open_sessions()
        self._pay(plans)
        self._close_sessions()

    def write(self) -> None:
        copy_rows(self.payments)
        numbered(self.transactions)
        self._write_days()
        numbered(self.allocations)
        numbered(list(self.series.values()))
        numbered(self.receipts)
        self._write_entries()

    # -- drawers -----------------------------------------------------------------------

    def _days(self, plans: list[Plan]) -> list[Day]:
        desks = {desk.office_id: desk for desk in CashDesk.objects.order_by("-code")}
        in_cash = [plan for plan in in_order(plans, "paid") if plan.at_counter]
        keyed = sorted(in_cash, key=lambda plan: (plan.number, local_date(came(plan.paid))))
        days = []
        for (number, on), group in groupby(keyed, lambda p: (p.number, local_date(came(p.paid)))):
            by = self.town.staff.of(drawers.role_of(drawers.code_of(number)), number)
            days.append(Day(desks[self.past.offices[number].pk], on, by, list(group)))
        return sorted(days, key=lambda day: (day.on, day.desk.code))

    def _open_sessions(self) -> None:
        calendar = self.town.calendar
        for day in self.days:
            day.session = CashSession(
                desk=day.desk,
                opened_by=day.by.person,
                opened_at=calendar.at(day.on, 8, 1),
                float_xof=drawers.FLOAT_XOF,
            )
            for plan in day.plans:
                plan.made["session"] = day.session
        give_ids([day.session for day in self.days])

    def _close_sessions(self) -> None:
        """Blind counts at the end of the day; one in forty does not agree."""
        held: dict[str, int] = {}
        for day in self.days:
            session, by = day.session, day.by
            opened, closed = session.opened_at, self.town.calendar.at(day.on, 17, 45)
            moved = session.float_xof - held.get(day.desk.code, 0)
            if moved:
                self._session_entry(day, "float", AccountCode.INTERNAL_TRANSFERS, moved, opened)
            self.past.note(
                opened, "payments.session_opened", subject=session, actor=by, float_xof=session.float_xof
            )
            expected = session.float_xof + sum(plan.made["request"].fee_xof for plan in day.plans)
            gap, reason = self.rng.choice(drawers.GAPS) if self.rng.random() < 0.025 else (0, "")
            if gap:
                self._session_entry(day, "gap", AccountCode.CASH_GAPS, gap, closed)
            held[day.desk.code] = expected + gap
            day.closing = {
                "closed_at": closed, "closed_by_id": by.person.pk, "expected_xof": expected,
                "counted_xof": expected + gap, "gap_xof": gap, "gap_reason": reason,
            }  # fmt: skip
            self.past.note(
                closed, "payments.session_closed", subject=session, actor=by,
                counted_xof=expected + gap, gap_xof=gap,
            )  # fmt: skip

    def _session_entry(self, day: Day, what: str, other: str, amount: int, at: Moment) -> None:
        code = day.desk.code
        up = amount > 0
        sides: list[Side] = [
            (AccountCode.CASH, amount, 0, code, None) if up else (other, -amount, 0, code, None),
            (other, 0, amount, code, None) if up else (AccountCode.CASH, 0, -amount, code, None),
        ]
        label = booking.session_label(day.session, what)
        self._book(
            at, f"cash-{what}:{day.session.pk}", Journal.CASH, label, sides,
            by=day.by, office=day.desk.office, source=day.session,
        )  # fmt: skip

    def _write_days(self) -> None:
        """A drawer takes cash only while it is open, and one cashier opens one drawer: day after day."""
        for _on, group in groupby(self.days, lambda day: day.on):
            days = list(group)
            copy_rows([day.session for day in days])
            copy_rows([plan.made["payment"] for day in days for plan in day.plans])
            with connection.cursor() as cursor:
                cursor.executemany(
                    _CLOSE,
                    [day.closing | {"id": day.session.pk} for day in days],
                )

    # -- payments ----------------------------------------------------------------------

    def _pay(self, plans: list[Plan]) -> None:
        paid = list(in_order(plans, "paid"))
        failed = list(in_order(plans, "failed_attempt"))
        for plan in failed:
            plan.made["failed"] = self._online(plan, came(plan.failed_attempt), settled=None)
        for plan in paid:
            plan.made["payment"] = self._in_cash(plan) if plan.at_counter else self._settled_online(plan)
        self.payments = [plan.made["failed"] for plan in failed]
        self.payments += [plan.made["payment"] for plan in paid if not plan.at_counter]
        self.payments.sort(key=lambda payment: payment.created_at)
        give_ids(self.payments)
        give_ids([plan.made["payment"] for plan in paid if plan.at_counter])
        for plan in failed:
            self._allocate(plan, plan.made["failed"])
        for plan in paid:
            self._settle(plan)

    def _settled_online(self, plan: Plan) -> Payment:
        return self._online(plan, came(plan.started), settled=came(plan.paid))

    def _terms(self, plan: Plan) -> dict[str, Any]:
        request = plan.made["request"]
        title = request.procedure_version.procedure.service.title
        return {
            "purpose": PURPOSE,
            "subject_uuid": request.public_id,
            "contact": request.contact,
            "office": request.office,
            "label": paying.label_of(request, title)[:200],
            "legal_basis": request.procedure_version.legal_basis,
            "amount_xof": request.fee_xof,
        }

    def _online(self, plan: Plan, at: Moment, *, settled: Moment | None) -> Payment:
        payment = Payment(
            **self._terms(plan),
            provider="fake",
            return_url=reverse("civil_acts:tracking", args=[plan.made["request"].tracking_code]),
            state=PaymentState.SETTLED if settled else PaymentState.FAILED,
            failure="" if settled else FailureReason.INSUFFICIENT,
            created_at=at,
            contacted_at=at + SECOND,
            expires_at=at + timedelta(minutes=30),
            settled_at=settled,
            author_label=GUEST.label,
        )
        transaction = FakeTransaction(
            reference=payment.reference,
            amount_xof=payment.amount_xof,
            label=payment.label,
            payer=str(plan.who.phone),
            return_url=reverse("payments:status", args=[payment.public_id]) + "?retour=1",
            state="ACCEPTED" if settled else "INSUFFICIENT",
            created_at=at + SECOND,
            decided_at=settled - 2 * SECOND if settled else at + MINUTE,
        )
        payment.provider_id = str(transaction.provider_id)
        payment.checkout_url = reverse("payments:fake_operator", args=[payment.reference])
        self.transactions.append(transaction)
        self.past.note(at, "payments.started", subject=payment, actor=GUEST, provider="fake")
        return payment

    def _in_cash(self, plan: Plan) -> Payment:
        by = self._cashier(plan)
        return Payment(
            **self._terms(plan),
            provider=cash.NAME,
            cash_session=plan.made["session"],
            state=PaymentState.SETTLED,
            created_at=came(plan.paid),
            settled_at=plan.paid,
            author_uuid=by.uuid,
            author_label=by.label,
        )

    def _cashier(self, plan: Plan) -> Actor:
        return self.town.staff.of(drawers.role_of(drawers.code_of(plan.number)), plan.number)

    def _shares(self, plan: Plan) -> list[tuple[str, int, str]]:
        """(account code, XOF, whose money) as the published fees say."""
        lines = quote_for(plan.made["request"].procedure_version, plan.written)
        return [(str(a.account_code), a.amount_xof, a.held_for) for a in fees.allocations(lines)]

    def _allocate(self, plan: Plan, payment: Payment) -> None:
        self.allocations += [
            PaymentAllocation(
                payment=payment, account=self.accounts[code], amount_xof=amount, held_for=held_for
            )
            for code, amount, held_for in self._shares(plan)
        ]

    def _settle(self, plan: Plan) -> None:
        payment, request, at = plan.made["payment"], plan.made["request"], came(plan.paid)
        by = self._cashier(plan) if plan.at_counter else SYSTEM
        self._allocate(plan, payment)
        place = (
            (AccountCode.CASH, payment.cash_session.desk.code)
            if plan.at_counter
            else (AccountCode.TRANSIT, payment.provider)
        )
        party = payment.contact.public_id
        sides: list[Side] = [(place[0], payment.amount_xof, 0, place[1], None)]
        sides += [(code, 0, amount, held_for, party) for code, amount, held_for in self._shares(plan)]
        self._book(
            at, f"payment:{payment.pk}", Journal.CASH if plan.at_counter else Journal.ONLINE,
            f"{payment.label} · {codes.pretty(payment.reference)}", sides,
            by=by, office=payment.office, source=payment,
        )  # fmt: skip
        self.past.note(at, "payments.settled", subject=payment, actor=by, amount_xof=payment.amount_xof)
        self.past.note(
            at + 2 * SECOND, "civil_acts.submitted", subject=request, actor=SYSTEM,
            payment=str(payment.public_id),
        )  # fmt: skip
        self._receipt(plan, payment, at, by)

    # -- receipts and books ------------------------------------------------------------

    def _receipt(self, plan: Plan, payment: Payment, at: Moment, by: Actor) -> None:
        """Called in the order of payment: numbers have no gap and follow time."""
        code = payment.cash_session.desk.code if payment.cash_session else ONLINE_SERIES
        key = code, local_date(at).year
        series = self.series.setdefault(key, ReceiptSeries(code=code, year=key[1]))
        series.last_number += 1
        self.receipts.append(
            Receipt(
                payment=payment,
                series=series,
                number=series.last_number,
                amount_xof=payment.amount_xof,
                issued_at=at,
                issued_by_label=by.label,
                paper=self._paper(plan, payment, by),
            )
        )

    def _paper(self, plan: Plan, payment: Payment, by: Actor) -> dict[str, Any]:
        """The same words as ``payments.receipts`` prints."""
        session = payment.cash_session
        return {
            "label": payment.label,
            "period": "",
            "legal_basis": payment.legal_basis,
            "payer": payment.contact.name,
            "amount_words": in_words(payment.amount_xof),
            "channel": payment.provider_label,
            "reference": payment.reference,
            "provider_reference": payment.provider_id or "",
            "office": payment.office.name if payment.office else "",
            "desk": session.desk.name if session else "paiement en ligne",
            "cashier": by.label if session else "",
            "shares": [
                {"held_for": held_for, "amount_xof": amount} for _code, amount, held_for in self._shares(plan)
            ],
        }

    def _book(
        self, at: Moment, key: str, journal: str, label: str, sides: list[Side], *,
        by: Actor, office: Any, source: models.Model,
    ) -> None:  # fmt: skip
        entry = Entry(
            key=key,
            journal=journal,
            date=local_date(at),
            label=label[:200],
            source_kind=source._meta.label_lower,
            source_uuid=source.public_id,  # type: ignore[attr-defined]
            author_uuid=by.uuid,
            author_label=by.label,
            office=office,
            posted_at=at,
        )
        self.entries.append((at, entry, sides))

    def _write_entries(self) -> None:
        self.entries.sort(key=lambda row: row[0])
        numbered([entry for _at, entry, _sides in self.entries])
        numbered(
            [
                Line(
                    entry=entry,
                    account=self.accounts[code],
                    debit_xof=debit,
                    credit_xof=credit,
                    date=entry.date,
                    office=entry.office,
                    auxiliary=auxiliary,
                    party_uuid=party,
                )
                for _at, entry, sides in self.entries
                for code, debit, credit, auxiliary, party in sides
            ]
        )
