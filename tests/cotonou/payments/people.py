"""People, drawers and attempts for the tests of money, here and in the services."""

import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable

from django.db import connection, connections

from cotonou.accounts.actors import Actor, actor_for
from cotonou.accounts.models import Membership, Office, User
from cotonou.accounts.permissions import Role
from cotonou.core.models import Contact
from cotonou.jobs import topics
from cotonou.ledger.chart import AccountCode
from cotonou.payments import desks, services
from cotonou.payments.models import CashDesk, CashSession, FakeOperator, Payment
from cotonou.payments.services import Allocation
from cotonou.territory.dates import local_today

PURPOSE = "tests"
heard: list[int] = []


def hear(job) -> None:
    """What a service does with the news; « refuses » when the label says so."""
    payment = Payment.objects.get(pk=job.payload["payment"])
    if payment.label.startswith("refuse"):
        raise RuntimeError("the service cannot use this payment")
    heard.append(payment.pk)


if f"{PURPOSE}.fee_settled" not in topics.names():
    topics.register(f"{PURPOSE}.fee_settled", hear, label="Essai", max_attempts=1)


def office(code: str = "A05") -> Office:
    return Office.objects.get(code=code)


def staff(role: Role, at: str = "A05") -> Actor:
    name = f"Agent {uuid.uuid4().hex[:8]}"
    user = User.objects.create_user(full_name=name, email=f"{uuid.uuid4().hex}@exemple.bj")
    Membership.objects.create(user=user, office=office(at), role=role, starts_on=local_today())
    return actor_for(user, second_factor=True)


def contact(name: str = "Afi Dossou") -> Contact:
    return Contact.objects.create(name=name, phone="+2290197000000")


def guest(of: Contact) -> Actor:
    return Actor(grants=frozenset({of.public_id}))


def terms(**changes) -> dict:
    """2 000 F: 1 500 for the commune, 500 held for the ANIP."""
    shares = [
        Allocation(AccountCode.CIVIL_ACT_FEES, 1500),
        Allocation(AccountCode.HELD_FOR_OTHERS, 500, held_for="ANIP"),
    ]
    found = {
        "purpose": PURPOSE,
        "subject": uuid.uuid4(),
        "amount_xof": 2000,
        "label": "Copie d’acte de naissance",
        "allocations": shares,
    } | changes
    found.setdefault("contact", None)
    found["contact"] = found["contact"] or contact()
    return found


def start(**changes) -> Payment:
    asked = terms(**{"provider": "fake", "return_url": "/suivi/", "office": office()} | changes)
    by = asked.pop("by", None) or guest(asked["contact"])
    return services.start(**asked, by=by)


def desk(at: str = "A05") -> CashDesk:
    return CashDesk.objects.create(
        office=office(at), code=f"{at}C{uuid.uuid4().hex[:6].upper()}", name="Caisse 1"
    )


def drawer(float_xof: int = 10_000, at: str = "A05") -> tuple[CashSession, Actor]:
    cashier = staff(Role.CASHIER, at)
    return desks.open_session(desk=desk(at), float_xof=float_xof, by=cashier), cashier


def operator(**behaviour) -> None:
    FakeOperator.objects.update_or_create(pk=1, defaults=behaviour)


def at_once(calls: list[Callable[[], object]], *, seconds: float = 90) -> list[object]:
    """Run all calls at the same moment in threads; each result is what it returned or raised.

    Locks are waited for longer than in the portal: what is tried is the effect, not a busy machine.
    """
    gate = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(i: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '60s'; SET statement_timeout = '80s'")
            gate.wait(timeout=30)
            results[i] = calls[i]()
        except Exception as error:  # handed to the test, which judges it
            results[i] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(timeout=max(0.0, end - time.monotonic()))
    stuck = [sys._current_frames()[t.ident] for t in threads if t.is_alive()]
    assert not stuck, "".join(traceback.format_stack(stuck[0]))
    return results


def errors(results: list[object]) -> list[Exception]:
    return [r for r in results if isinstance(r, Exception)]
