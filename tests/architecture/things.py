"""What the routes of the matrix are about, made in one arrondissement: each gives a route's arguments.

"contact", when given, is not an argument: it is the person whose thing it is.
"""

import uuid

from django.utils import timezone

from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Service, ServiceFact
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.payments import desks, settlement
from tests.cotonou.payments import people as money
from tests.support import civil, people


def parked_job(number: int) -> dict:
    job = jobs.enqueue("portal.purge_attempts", key=str(uuid.uuid4()))
    Job.objects.filter(pk=job.pk).update(parked_at=timezone.now(), last_error="Essai")
    return {"public_id": job.public_id}


def membership(number: int) -> dict:
    return {"public_id": people.agent(Role.CLERK, at=number).memberships.get().public_id}


def service(number: int) -> dict:
    return {"public_id": Service.objects.get(slug="mariage").public_id}


def fact(number: int) -> dict:
    return {"public_id": ServiceFact.objects.filter(service__slug="mariage").first().public_id}


def _request(number: int):
    civil.load()
    return civil.to_pay(arrondissement=str(number))


def request(number: int) -> dict:
    return {"public_id": _request(number).public_id}


def prepared_request(number: int) -> dict:
    """Prepared by a clerk of the 5th, then handed to the arrondissement."""
    civil.load()
    item = civil.prepared(runner.run_due)
    type(item).objects.filter(pk=item.pk).update(office=people.office(number))
    return {"public_id": item.public_id}


def request_and_act(number: int) -> dict:
    return request(number) | {"act_id": act(number)["public_id"]}


def act(number: int) -> dict:
    return {"public_id": civil.birth_act(office=people.office(number)).public_id}


def tracked(number: int) -> dict:
    item = _request(number)
    return {"code": item.tracking_code, "contact": item.contact}


def payment(number: int) -> dict:
    started = money.start(office=people.office(number))
    return {"public_id": started.public_id, "contact": started.contact}


def cash_session(number: int) -> dict:
    session = desks.session_of(civil.cashier(number))
    return {"public_id": session.public_id}


def unapplied_payment(number: int) -> dict:
    """Paid, and the service could not take the news."""
    started = money.start(office=people.office(number))
    key, payload = settlement.settled_key(started), {"payment": started.pk}
    job = jobs.enqueue(f"{money.PURPOSE}.fee_settled", key=key, payload=payload)
    Job.objects.filter(pk=job.pk).update(parked_at=timezone.now(), last_error="Essai")
    return {"public_id": started.public_id}
