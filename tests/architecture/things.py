"""What the routes of the matrix are about, made in one arrondissement: each gives a route's arguments.

"contact", when given, is not an argument: it is the person whose thing it is.
"""

import uuid

from django.utils import timezone

from civil_acts.services import archive, relay, treatment
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


def _transmitted(number: int):
    """A file handed to the UCIP by the mairie, for the arrondissement's office."""
    civil.load()
    item, office = civil.submitted(runner.run_due, "certificat-de-residence"), people.office(number)
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    proofs = treatment.rule_for(item).proofs
    treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=proofs)
    type(item).objects.filter(pk=item.pk).update(office=office)
    batch = relay.create_batch(by=civil.staff(Role.RELAY_AGENT, number=None), public_ids=[item.public_id])
    return item, batch


def relay_batch(number: int) -> dict:
    return {"public_id": _transmitted(number)[1].public_id}


def relay_file(number: int) -> dict:
    return {"public_id": _transmitted(number)[0].public_id}


def _slip(number: int):
    by = civil.staff(Role.CLERK, number=number)
    return archive.open_slip(by=by, kind="BIRTH", office=people.office(number), names="DOSSOU Afi", year=1984)


def slip(number: int) -> dict:
    return {"public_id": _slip(number).public_id}


def _photographed(number: int):
    by = civil.staff(Role.ARCHIVIST, number=number)
    return archive.answer_found(public_id=_slip(number).public_id, by=by, photo=civil.photo("gray"))


def photographed(number: int) -> dict:
    return {"public_id": _photographed(number).public_id}


def transcription(number: int) -> dict:
    page, by = _photographed(number), civil.staff(Role.CLERK, number=number)
    data = {"year": "1984", "act_number": "312", "surname": "DOSSOU", "given_names": "Afi", "sex": "F"}
    data |= {"event_date": "27/03/1984"}
    return {"public_id": archive.transcribe(slip_id=page.public_id, by=by, data=data).public_id}


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
