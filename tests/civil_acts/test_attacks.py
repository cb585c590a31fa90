"""People who try what they should not: other people's files, markup in names, two hands on one thing."""

import html
import io
import subprocess
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from civil_acts.models import ActRequest
from civil_acts.services import relay, signing, treatment
from civil_acts.services.paying import pay_cash
from cotonou.accounts import second_factor
from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import Role
from cotonou.core.errors import Conflict
from cotonou.core.models import Contact
from cotonou.documents import storage
from cotonou.documents.models import IssuedDocument, Upload
from cotonou.notifications.models import Message
from cotonou.payments import desks
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import browser, checked, claimed, fresh, holder, officer, source, to, words
from tests.support import civil, people
from tests.support.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
IMG = "<img src=file:///etc/passwd>"
EVIL = [
    IMG,
    '"><script>alert(1)</script>',
    "{{ settings.SECRET_KEY }}{% load i18n %}",
    '=cmd|"/c calc"!A1',
    "@SUM(1+1)*cmd",
    "&lt;b&gt; &amp; 100 %",
]


def rename(item: ActRequest, name: str) -> str:
    """A name that came around the form, which takes letters only: an import or a colleague's script."""
    answers = item.answers | {"subject_surname": name, "subject_given_names": "Afi"}
    ActRequest.objects.filter(pk=item.pk).update(answers=answers, subject_name=f"{name} Afi")
    Contact.objects.filter(pk=item.contact_id).update(name=f"{name} Afi")
    return f"{name} Afi"


def pdf_text(document: IssuedDocument) -> str:
    pdf = storage.read(document.pdf.name)
    made = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


def squeezed(text: str) -> str:
    return "".join(text.split()).upper()


# -- markup, formulas and invisible characters -----------------------------------------


@pytest.mark.hostile
@pytest.mark.parametrize("name", EVIL)
def test_a_name_is_text_on_every_page_and_message(run_jobs, name):
    item, by = civil.to_pay(), civil.cashier()
    shown = rename(item, name)
    pay_cash(request=fresh(item), session=desks.session_of(by), by=by)
    run_jobs()
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    for page in (
        browser(clerk).get("/agents/demandes/"),
        browser(clerk).get(to("request", item)),
        browser(clerk).get("/agents/demandes/", {"q": name}),
        browser(by).get(to("counter-request", item)),
        browser(by).get("/agents/guichet/", {"q": name}),
        holder(item).get(to("tracking", item)),
    ):
        assert page.status_code == 200
        assert shown in html.unescape(source(page))
        if "<" in name:
            assert shown not in source(page)
            assert "<img src=file" not in source(page).lower()
            assert "<script>alert" not in source(page).lower()
    for message in Message.objects.all():
        assert "SECRET_KEY" not in message.body or "{{" in message.body
    assert Message.objects.filter(channel="SMS", template="civil_acts.submitted").count() == 1


@pytest.mark.hostile
def test_a_register_s_markup_is_text_in_the_pdf_and_fetches_nothing(run_jobs):
    evil = f"{IMG}<link rel=attachment href=file:///etc/passwd>"
    civil.birth_act(surname=evil, mother_name=f"@import url(file:///etc/hosts) {IMG}", event_place=EVIL[2])
    item = civil.prepared(run_jobs)
    civil.sign(item, civil.staff(Role.OFFICER, name=f"Pierre {IMG}"))
    run_jobs()
    item = fresh(item)
    assert item.state == "READY"
    text = squeezed(pdf_text(item.document))
    for part in (evil, "@import url(file:///etc/hosts)", EVIL[2], f"Pierre {IMG}"):
        assert squeezed(part) in text, part
    assert "ROOT:" not in text
    pdf = storage.read(item.document.pdf.name)
    assert b"/EmbeddedFile" not in pdf or b"passwd" not in pdf.split(b"/EmbeddedFile")[1][:400]
    page = Client().get(f"/v/{item.document.code}")
    assert "<img src=file" not in source(page)


@pytest.mark.hostile
@pytest.mark.parametrize("name", [*EVIL, "+1+1", "-1", "\t=1+1"])
def test_a_formula_in_a_list_for_the_ucip_is_a_text(run_jobs, name):
    item, _clerk = checked(run_jobs, "certificat-de-residence", address=name)
    rename(item, name)
    by = civil.staff(Role.RELAY_AGENT)
    batch = relay.create_batch(by=by, public_ids=[item.public_id])
    out = browser(by).get(reverse("civil_acts:relay-file", args=[batch.public_id]))
    book = load_workbook(io.BytesIO(out.content))
    row = book.worksheets[0][2]
    assert row[1].value == name
    assert all(cell.data_type in ("s", "n") and cell.hyperlink is None for cell in row)
    assert all(cell.data_type != "f" for cell in row)


INVISIBLE = "Rap\u200bpe\u202elez\u2066 dem\u00adain\ufeff"


@pytest.mark.hostile
def test_characters_nobody_sees_do_not_reach_the_other_side(run_jobs):
    """A direction mark in a sentence makes a page or an SMS say something else than was approved."""
    item, clerk = claimed(run_jobs)
    client = browser(clerk)
    client.post(to("ask", item), {"message": INVISIBLE})
    complement = fresh(item).complements.get()
    assert complement.message == "Rappelez demain"
    for message in Message.objects.filter(template="civil_acts.complement_asked"):
        assert not set("\u200b\u202e\u2066\u00ad\ufeff") & set(message.body)
    holder(item).post(to("answer", item), {"text": INVISIBLE})
    assert fresh(item).complements.get().answer_text == "Rappelez demain"
    client.post(to("claim", item))
    client.post(to("reject", item), {"reason": "OTHER", "text": INVISIBLE})
    assert fresh(item).rejection_text == "Rappelez demain"


@pytest.mark.hostile
@pytest.mark.parametrize("typed", ["\u200b\u202e", "\x00", "\ufeff  \u2066"])
def test_a_text_of_nothing_but_invisible_characters_is_empty(run_jobs, typed):
    item, clerk = claimed(run_jobs)
    answer = browser(clerk).post(to("ask", item), {"message": typed})
    assert answer.status_code == 422
    assert not fresh(item).complements.exists()


@pytest.mark.hostile
@pytest.mark.parametrize("name", ["subject_surname", "subject_given_names", "father_name"])
def test_the_form_takes_letters_for_names(client, name):
    draft = civil.draft()
    people.prove(client, draft.contact)
    step = "parents" if name == "father_name" else "personne"
    answers = {"subject_surname": "Dossou", "subject_given_names": "Afi"} | {name: IMG}
    address = reverse("civil_acts:page", args=["acte-de-naissance", draft.public_id, step])
    answer = client.post(address, answers)
    assert answer.status_code == 422
    assert "des lettres seulement" in words(answer)
    assert html.escape(IMG) in source(answer)  # kept, as text


# -- other people's things -------------------------------------------------------------


def test_the_pieces_of_a_request_are_for_its_office_and_its_holder(run_jobs):
    item = civil.submitted(run_jobs)
    other = civil.submitted(run_jobs, phone="+2290197000009")
    upload = Upload.objects.of_subject(item.public_id).get()
    paths = [
        reverse("documents:upload", args=[upload.public_id]),
        reverse("documents:preview", kwargs={"public_id": upload.public_id, "page": 1}),
    ]
    own = people.working(Role.CLERK)
    strangers = [
        people.working(Role.CLERK, at=7),
        people.working(Role.CASHIER),
        people.log_in(Client(), people.citizen()),
        holder(other),
        Client(),
    ]
    for path in paths:
        assert own.get(path).status_code == 200
        for stranger in strangers:
            answer = stranger.get(path)
            assert answer.status_code in (302, 403, 404), path
            assert b"PNG" not in answer.content
            assert b"JFIF" not in answer.content


def test_a_citizen_sees_nothing_of_another_one_even_with_an_account(run_jobs):
    item = civil.submitted(run_jobs)
    client = people.log_in(Client(), people.citizen("Afi Dossou"))
    assert client.get(to("tracking", item)).url.startswith("/suivi/?code=")
    assert "DOSSOU" not in words(client.get("/espace/"))
    assert client.get(to("request", item)).status_code == 403


def test_an_agent_follows_as_a_citizen_only_with_code_and_phone(run_jobs):
    item = civil.submitted(run_jobs)
    assert people.working(Role.CLERK).get(to("tracking", item)).url.startswith("/suivi/?code=")


def test_every_address_of_the_office_is_missing_for_the_next_arrondissement(run_jobs):
    """The matrix tries it empty; here with the forms filled in as they should be."""
    item = civil.prepared(run_jobs)
    clerk, agent = people.working(Role.CLERK, at=7), people.working(Role.COUNTER_AGENT, at=7)
    signer, secret, _by = officer(number=7)
    data = {
        "ask": {"message": "x"},
        "reject": {"reason": "OTHER", "text": "x"},
        "reopen": {"reason": "x"},
        "transfer": {"office": "A07", "reason": "à moi"},
        "check": {"proofs": treatment.rule_for(item).proofs},
    }
    for action in ("claim", "release", "prepare", "ask-archive", "non-registration", *data):
        assert clerk.post(to(action, item), data.get(action, {})).status_code == 404, action
    act = civil.birth_act(office=civil.office(7), act_number=9)
    assert clerk.post(to("attach-act", item, act.public_id)).status_code == 404
    assert agent.post(to("hand-over", item), {"identity_seen": "on"}).status_code == 404
    assert agent.post(to("counter-answer", item), {"text": "x"}).status_code == 404
    assert signer.post(to("send-back", item), {"reason": "x"}).status_code == 404
    answer = signer.post(
        reverse("civil_acts:sign"), {"chosen": [str(item.public_id)], "code": second_factor.code_at(secret)}
    )
    assert answer.status_code == 422
    assert "DOSSOU" not in words(answer)
    assert fresh(item).state == "TO_SIGN"
    assert fresh(item).office == civil.office(5)


def test_a_membership_that_ended_yesterday_opens_nothing(run_jobs):
    item, clerk = claimed(run_jobs)
    client = browser(clerk)
    Membership.objects.filter(user=clerk.user).update(ends_on=local_today() - timedelta(days=1))
    assert client.get("/agents/demandes/").status_code == 403
    assert client.post(to("ask", item), {"message": "x"}).status_code == 403


# -- two at once ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_officers_signing_at_the_same_moment_make_one_document(run_jobs):
    item = civil.prepared(run_jobs)
    signers = [officer() for _officer in range(3)]

    def sign(number: int) -> int:
        client, secret, _by = signers[number]
        form = {"chosen": [str(item.public_id)], "code": second_factor.code_at(secret)}
        return client.post(reverse("civil_acts:sign"), form).status_code

    assert sorted(together(3, sign)) == [302, 422, 422]
    assert IssuedDocument.objects.get().serial_number == 1
    run_jobs()
    assert fresh(item).state == "READY"
    assert Message.objects.filter(template="civil_acts.ready", channel="SMS").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_request_s_lock_only_the_document_s_own_guards_are_left(run_jobs, monkeypatch):
    item, gate = civil.prepared(run_jobs), threading.Barrier(2)
    signers = [civil.staff(Role.OFFICER) for _officer in range(2)]

    def unlocked(public_id, by):
        request = ActRequest.objects.get(public_id=public_id)
        gate.wait(timeout=10)
        return request

    monkeypatch.setattr(signing, "_locked", unlocked)
    results = together(2, lambda n: civil.sign(item, signers[n]))
    # Its constraint, or its check when the first was already committed: no longer the state of the request.
    (refused,) = [result for result in results if result]
    assert type(refused) in (IntegrityError, Conflict)


@pytest.mark.django_db(transaction=True)
def test_signed_and_withdrawn_at_the_same_moment_is_one_or_the_other(run_jobs):
    item = civil.prepared(run_jobs)
    signer, secret, _by = officer()
    citizen = holder(item)

    def act(number: int) -> int:
        if number:
            return citizen.post(to("withdraw", item)).status_code
        form = {"chosen": [str(item.public_id)], "code": second_factor.code_at(secret)}
        return signer.post(reverse("civil_acts:sign"), form).status_code

    together(2, act)
    item = fresh(item)
    assert item.state in ("SEALING", "WITHDRAWN")
    assert IssuedDocument.objects.count() == (item.state == "SEALING")


@pytest.mark.django_db(transaction=True)
def test_an_answer_sent_twice_at_the_same_moment_is_kept_once(run_jobs):
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="La carte", wants_file=True)
    before = Upload.objects.of_subject(item.public_id).count()
    clients = [holder(item) for _browser in range(2)]
    photos = [civil.photo("green"), civil.photo("teal")]
    together(2, lambda n: clients[n].post(to("answer", item), {"text": str(n), "file": photos[n]}))
    assert fresh(item).waiting_since is None
    kept = Upload.objects.of_subject(item.public_id).filter(purged_at=None)
    assert kept.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_draft_confirmed_twice_at_the_same_moment_is_one_request():
    draft = civil.draft()
    clients = [people.prove(Client(), draft.contact) for _browser in range(3)]
    address = reverse("civil_acts:page", args=["acte-de-naissance", draft.public_id, "verifier"])
    answers = together(3, lambda n: clients[n].post(address))
    assert ActRequest.objects.count() == 1
    assert {answer.url for answer in answers} == {to("pay", ActRequest.objects.get())}


def test_an_idempotency_key_does_not_pay_for_somebody_else():
    first, second = civil.to_pay(), civil.to_pay(phone="+2290197000009")
    client = people.prove(holder(first), second.contact)
    form = {"provider": "fake", "idempotency_key": str(uuid.uuid4())}
    one, two = client.post(to("pay", first), form), client.post(to("pay", second), form)
    assert one.status_code == two.status_code == 302
    assert one.url != two.url
