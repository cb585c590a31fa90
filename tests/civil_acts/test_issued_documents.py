"""An officer finds an issued document and cancels it; whoever holds it is told the truth."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from civil_acts.models import Replacement, Revocation
from civil_acts.services import delivery, revocation
from cotonou.accounts import second_factor
from cotonou.accounts.models import SecondFactorGuard
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.core.errors import Conflict
from cotonou.documents import verification
from cotonou.notifications.models import Message
from tests.civil_acts.pages import browser, fresh, holder, officer, ready, source, to, words
from tests.civil_acts.papers import (
    HOME,
    WHY,
    WRONG,
    as_it_stands,
    at,
    delivered,
    paper_of,
    revoked,
    told,
)
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


# -- finding a document ------------------------------------------------------------


def test_an_officer_finds_a_document_by_what_is_printed_on_it(run_jobs):
    item = ready(run_jobs)
    paper = paper_of(item)
    client, _secret, _by = officer()
    year, office, number = paper.serial.split("/")
    for typed in (
        paper.serial,
        f"{year} {office.lower()} {int(number)}",
        f"{year}-{office}-{number}",
        codes.pretty(paper.code),
        paper.code.lower().replace("0", "o"),
        codes.pretty(item.tracking_code),
    ):
        assert client.get(HOME, {"q": typed}).headers.get("Location") == at("issued", paper), typed


def test_the_page_says_who_what_when_and_everything_that_happened(run_jobs):
    item = delivered(run_jobs)
    paper = paper_of(item)
    delivery.hand_over(public_id=item.public_id, by=civil.staff(Role.CLERK, name="Guy"), identity_seen=True)
    client, _secret, _by = officer()
    page = words(client.get(at("issued", paper)))
    for text in (
        "DOSSOU Afi Rose",
        "Extrait d’acte de naissance",
        paper.serial,
        codes.pretty(paper.code),
        "valable",
        "Signé par Pierre Gbaguidi",
        "Préparé par Clerk",
        "Cachet électronique apposé",
        "Document téléchargé",
        "Imprimé et remis, exemplaire 1",
        "AHOUANSOU Reine",
        "Annuler ce document",
        "Remplacer",
    ):
        assert text in page, text
    request = words(client.get(to("request", item)))
    assert f"Voir, annuler ou remplacer le document no {paper.serial}" in request
    clerk = browser(civil.staff(Role.CLERK))
    assert "Voir, annuler ou remplacer" not in words(clerk.get(to("request", item)))


@pytest.mark.parametrize("typed", ["2026/A05", "ABCDE", "n’importe quoi", "2026/A05/" + "9" * 40])
def test_what_is_neither_a_code_nor_a_number_says_what_to_copy(typed):
    client, _secret, _by = officer()
    answer = client.get(HOME, {"q": typed})
    assert answer.status_code == 422
    assert "<title>Erreur" in source(answer)
    assert "Recopiez" in words(answer) or "Corrigez" in words(answer) or "caractères" in words(answer)


def test_a_document_of_another_office_is_not_found_and_says_where_to_go(run_jobs):
    item = ready(run_jobs)
    paper = paper_of(item)
    client, secret, _by = officer(number=7)
    answer = client.get(HOME, {"q": paper.serial})
    assert "Aucun document de votre bureau ne correspond" in words(answer)
    code = second_factor.code_at(secret)
    assert client.get(at("issued", paper)).status_code == 404
    for name, data in (("revoke", WHY), ("replace", WRONG), ("give-up", {})):
        assert client.post(at(name, paper), data | {"code": code}).status_code == 404
    assert paper_of(item).state == "VALID"


def test_an_office_without_a_withdrawn_document_says_so():
    client, _secret, _by = officer()
    page = words(client.get(HOME))
    assert "Aucun document annulé ni remplacé" in page
    assert "En cours de remplacement" not in page


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_asks_the_database_the_same_for_one_row_or_many(run_jobs, count, django_assert_num_queries):
    items = [ready(run_jobs, phone=f"+22901970001{n:02d}") for n in range(count)]
    for item in items:
        revoked(item)
    client, _secret, _by = officer()
    client.get(HOME)
    with django_assert_num_queries(6):  # session, user, memberships, replacements, count, rows
        page = client.get(HOME)
    assert all(paper_of(item).serial in words(page) for item in items)


# -- cancelling --------------------------------------------------------------------


def test_cancelling_needs_a_fresh_code_and_tells_everybody(run_jobs):
    item = delivered(run_jobs)
    paper = paper_of(item)
    client, secret, by = officer()
    assert "Une annulation est définitive" in words(client.get(at("revoke", paper)))
    answer = client.post(at("revoke", paper), WHY | {"code": second_factor.code_at(secret)})
    assert answer.headers["Location"] == at("issued", paper)
    page = words(client.get(at("issued", paper)))
    assert "l’usager est prévenu" in page
    assert "Une décision de justice a annulé ou changé l’acte. Le tribunal a annulé cet acte" in page
    assert "Annuler ce document" not in page
    # The public: that it is cancelled, and nothing of why.
    public = words(Client().get(f"/v/{paper.code}"))
    assert "Document annulé" in public
    assert "Ne l’acceptez pas" in public
    assert "tribunal" not in public and "justice" not in public
    assert paper.qr_payload and verification.verify_payload(paper.qr_payload).status == "REVOKED"
    # The citizen.
    assert told(item, "revoked") == ["EMAIL", "SMS"]
    mail = Message.objects.get(template="civil_acts.revoked", channel="EMAIL").body
    assert "Le tribunal a annulé cet acte le 3 mars." in mail
    followed = words(holder(item).get(to("tracking", item)))
    for text in (
        "Votre document a été annulé",
        "ne l’utilisez plus",
        "Une décision de justice a annulé ou changé l’acte",
        "Le tribunal a annulé cet acte le 3 mars.",
        "Rapportez les exemplaires sur papier",
        "Document annulé",
    ):
        assert text in followed, text
    assert "Télécharger le document" not in followed
    # The trail.
    event = Event.objects.get(action="civil_acts.document_revoked")
    assert (event.actor_uuid, event.subject_uuid) == (by.uuid, item.public_id)
    assert "tribunal" in event.data["reason"]
    assert Event.objects.filter(action="documents.revoked").count() == 1
    # The list.
    assert "DOSSOU Afi Rose" in words(client.get(HOME))


def test_a_cancelled_document_is_refused_with_a_sentence_online_and_at_the_counter(run_jobs):
    item = delivered(run_jobs)
    revoked(item)
    client = holder(item)
    answer = client.post(to("document", item), follow=True)
    assert answer.redirect_chain[-1][0] == to("tracking", item)
    assert "Ce document est annulé : il ne peut plus être téléchargé." in words(answer)
    agent = browser(civil.staff(Role.COUNTER_AGENT))
    page = words(agent.get(to("counter-request", item)))
    assert "Document annulé le" in page
    assert "Imprimer et remettre" not in page
    answer = agent.post(to("hand-over", item), {"identity_seen": "on"})
    assert answer.status_code == 422
    assert "Ne l’imprimez pas" in words(answer)


def test_a_document_that_waits_to_be_fetched_can_be_cancelled_too(run_jobs):
    item = ready(run_jobs)
    revoked(item)
    assert "Votre document a été annulé" in words(holder(item).get(to("tracking", item)))
    assert not Message.objects.filter(template="codes.code").exists()


def test_each_field_left_empty_says_what_to_do_and_nothing_typed_is_lost(run_jobs):
    paper = paper_of(ready(run_jobs))
    client, secret, _by = officer()
    for data in ({}, {"reason": "X"}, {"text": "Une phrase gardée"}, WHY | {"code": "12"}):
        answer = client.post(at("revoke", paper), data)
        assert answer.status_code == 422
        assert "<title>Erreur" in source(answer)
        assert str(data.get("text", "")) in words(answer) + source(answer)
    page = words(client.post(at("revoke", paper), {}))
    assert "Choisissez la raison de l’annulation" in page
    assert "Saisissez une explication pour l’usager" in page
    assert "Saisissez le code à 6 chiffres de votre application" in page
    wrong = f"{(int(second_factor.code_at(secret)) + 1) % 1_000_000:06d}"
    answer = client.post(at("revoke", paper), WHY | {"code": wrong})
    assert (answer.status_code, "Ce code n’est pas le bon" in words(answer)) == (422, True)
    assert "Le tribunal a annulé" in source(answer)
    assert as_it_stands(paper).state == "VALID"


def test_sending_the_cancellation_twice_cancels_once_and_spends_one_code(run_jobs):
    item = ready(run_jobs)
    paper = paper_of(item)
    client, secret, _by = officer()
    data = WHY | {"code": second_factor.code_at(secret)}
    for _time in range(2):
        answer = client.post(at("revoke", paper), data, follow=True)
        assert answer.status_code == 200
    assert "Ce document est déjà annulé : Pierre Gbaguidi l’a fait" in words(answer)
    assert Revocation.objects.count() == 1
    assert told(item, "revoked") == ["EMAIL", "SMS"]


def test_a_click_whose_twin_spent_the_code_is_told_what_the_twin_did(run_jobs, monkeypatch):
    """Both passed the first look; the code served the first one."""
    item = ready(run_jobs)
    paper = paper_of(item)
    client, secret, by = officer()
    code, confirm = second_factor.code_at(secret), second_factor.confirm

    def late(*, user, code):
        monkeypatch.setattr(second_factor, "confirm", confirm)
        revocation.revoke(public_id=paper.public_id, by=by, code=code, **WHY)
        return confirm(user=user, code=code)

    monkeypatch.setattr(second_factor, "confirm", late)
    answer = client.post(at("revoke", paper), WHY | {"code": code}, follow=True)
    assert "Ce document est déjà annulé" in words(answer)
    assert Revocation.objects.count() == 1


def test_the_second_officer_is_told_who_was_first(run_jobs):
    item = ready(run_jobs)
    paper = paper_of(item)
    revoked(item)
    client, secret, _by = officer()
    answer = client.post(at("revoke", paper), WHY | {"code": second_factor.code_at(secret)}, follow=True)
    assert "Ce document est déjà annulé : Sena Agossou l’a fait" in words(answer)
    answer = client.post(at("replace", paper), WRONG | {"code": second_factor.code_at(secret)}, follow=True)
    assert "Ce document est déjà annulé" in words(answer)
    assert not SecondFactorGuard.objects.filter(last_step__gt=0).exists()  # no code spent for nothing


def test_who_prepared_a_document_neither_cancels_nor_replaces_it(run_jobs):
    both = civil.staff(Role.CLERK, Role.OFFICER, name="Deux Fonctions")
    item = civil.prepared(run_jobs, clerk=both)
    civil.sign(item, civil.staff(Role.OFFICER))
    run_jobs()
    paper = paper_of(item)
    client, secret = browser(both), second_factor.enrol(both.user)
    page = words(client.get(at("issued", paper)))
    assert "Vous avez préparé ce document : un autre officier doit décider" in page
    assert "Annuler ce document" not in page
    assert client.get(at("revoke", paper)).headers["Location"] == at("issued", paper)
    for name, data in (("revoke", WHY), ("replace", WRONG)):
        typed = data | {"code": second_factor.code_at(secret)}
        assert "Vous avez préparé" in words(client.post(at(name, paper), typed, follow=True))
    assert paper_of(item).state == "VALID"
    for model, field in ((Revocation, "document"), (Replacement, "old")):
        who = {"prepared_by": both.user, "request": fresh(item), field: paper, "text": "x", "reason": "OTHER"}
        who |= {"revoked_by": both.user} if model is Revocation else {"asked_by": both.user, "before": {}}
        with pytest.raises(IntegrityError, match="is_not_preparer"), transaction.atomic():
            model.objects.create(**who)


def test_a_document_still_being_sealed_waits(run_jobs):
    item = civil.prepared(run_jobs)
    civil.sign(item, civil.staff(Role.OFFICER))
    paper = paper_of(item)
    client, _secret, by = officer()
    assert "reçoit encore le cachet" in words(client.get(at("issued", paper)))
    with pytest.raises(Conflict, match="cachet"):
        revocation.revoke_one(public_id=paper.public_id, by=by, **WHY)


def test_deciding_needs_the_second_factor_in_the_session(run_jobs):
    paper = paper_of(ready(run_jobs))
    by = civil.staff(Role.OFFICER)
    client = people.log_in(Client(), by.user, second_factor=False)
    answer = client.post(at("revoke", paper), WHY | {"code": "000000"})
    assert "/compte/2fa/" in answer.headers["Location"]
    assert as_it_stands(paper).state == "VALID"


def test_the_messages_speak_the_language_of_the_citizen(run_jobs):
    item = delivered(run_jobs)
    type(item.contact).objects.filter(pk=item.contact_id).update(language="en")
    revoked(item)
    mail = Message.objects.get(template="civil_acts.revoked", channel="EMAIL")
    assert "A court decision cancelled or changed the record" in mail.body
    assert "cancelled" in Message.objects.get(template="civil_acts.revoked", channel="SMS").body
