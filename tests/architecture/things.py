"""What the routes of the matrix are about, made in one arrondissement: each gives a route's arguments.

"contact", when given, is not an argument: it is the person whose thing it is.
"""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from civil_acts.models import EntitlementRule, SavedView
from civil_acts.services import archive, registers, relay, signing, treatment
from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Service, ServiceFact
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.formbuilder.models import Draft
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.ledger import services as ledger
from cotonou.ledger.chart import AccountCode
from cotonou.ledger.models import Journal
from cotonou.payments import desks, refunds, settlement
from cotonou.payments.models import MoneyCase, Refund
from cotonou.payments.providers import fake
from cotonou.payments.states import CaseKind
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


def procedure(number: int) -> dict:
    civil.load()
    return {"slug": "acte-de-naissance"}


def rule(number: int) -> dict:
    civil.load()
    made = EntitlementRule.objects.filter(document_kind="civil_acts.birth_copy").first()
    return {"slug": "acte-de-naissance", "public_id": made.public_id}


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


def issued_document(number: int) -> dict:
    """Signed by an officer of the arrondissement, and sealed."""
    made = prepared_request(number)
    by = civil.staff(Role.OFFICER, number=number)
    document = signing.sign_one(public_id=made["public_id"], by=by).issued
    runner.run_due()
    return {"public_id": document.public_id}


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


def money_case(number: int) -> dict:
    case = MoneyCase.objects.create(
        kind=CaseKind.WRONG_AMOUNT,
        provider="fake",
        provider_id=uuid.uuid4().hex,
        office=people.office(number),
    )
    return {"public_id": case.public_id}


def _refund(number: int) -> Refund:
    payment = money.start(office=people.office(number))
    fake.decide(reference=payment.reference, answer="ACCEPTED")
    payment = settlement.settle(payment_id=payment.pk, reading=settlement.read(payment))
    by = money.staff(Role.REGISSEUR, at=people.office(number).code)
    return refunds.propose(payment=payment, amount_xof=2000, reason="Essai", by=by)


def refund(number: int) -> dict:
    return {"public_id": _refund(number).public_id}


def approved_refund(number: int) -> dict:
    by = money.staff(Role.REGISSEUR, at=people.office(number).code)
    return {"public_id": refunds.decide(refund=_refund(number), approve=True, by=by).public_id}


def entry(number: int) -> dict:
    made = ledger.post(
        key=str(uuid.uuid4()),
        journal=Journal.MISC,
        date=timezone.localdate(),
        label="Essai",
        lines=[ledger.debit(AccountCode.CASH, 100), ledger.credit(AccountCode.OTHER_REVENUE, 100)],
        by=money.staff(Role.REGISSEUR, at=people.office(number).code),
        office=people.office(number),
    )
    return {"public_id": made.public_id}


def upload(number: int) -> dict:
    """A piece of somebody's request."""
    return {"public_id": Upload.objects.of_subject(_request(number).public_id).first().public_id}


def upload_page(number: int) -> dict:
    return upload(number) | {"page": 1}


def slip_document(number: int) -> dict:
    """The slip that goes to the ANIP with the files of a batch, sealed."""
    batch = _transmitted(number)[1]
    runner.run_due()
    return {"public_id": IssuedDocument.objects.get(subject_uuid=batch.public_id).public_id}


def _draft() -> Draft:
    civil.load()
    return civil.draft()


def draft(number: int) -> dict:
    made = _draft()
    return {"public_id": made.public_id, "contact": made.contact}


def draft_page(number: int) -> dict:
    made = _draft()
    step = made.form.pages[0].step
    return {"slug": "acte-de-naissance", "public_id": made.public_id, "step": step, "contact": made.contact}


def _counter_draft(number: int) -> Draft:
    """Begun at the counter by another agent of the office."""
    made, agent = _draft(), people.agent(Role.COUNTER_AGENT, at=number)
    made.purpose, made.owner_uuid = "civil_acts.counter", agent.public_id
    made.save()
    return made


def counter_draft(number: int) -> dict:
    return {"public_id": _counter_draft(number).public_id}


def counter_draft_page(number: int) -> dict:
    made = _counter_draft(number)
    return {"public_id": made.public_id, "step": made.form.pages[0].step}


def saved_view(number: int) -> dict:
    owner = people.agent(Role.CLERK, at=number)
    return {"pk": SavedView.objects.create(user=owner, name="Essai", query="").pk}


def import_batch(number: int) -> dict:
    """Read by a worker, one row of it rejected."""
    rows = "N° acte;Année;Nom;Prénoms;Sexe;Date de naissance\n1;1984;DOSSOU;Afi;F;31/02/1984\n"
    batch = registers.start_import(
        file=SimpleUploadedFile("naissances.csv", rows.encode(), "text/csv"),
        kind="BIRTH",
        office=people.office(number),
        by=civil.staff(Role.ARCHIVIST, number=number),
    )
    runner.run_due()
    return {"public_id": batch.public_id}
