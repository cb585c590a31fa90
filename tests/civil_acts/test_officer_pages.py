"""The officer's pages: one or forty documents signed at once, each standing alone."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from civil_acts.models import ActRequest
from civil_acts.services import intake, signing, treatment
from cotonou.accounts import second_factor
from cotonou.accounts.models import Membership, SecondFactorGuard
from cotonou.accounts.permissions import Role
from cotonou.core import codes
from cotonou.core.errors import Conflict
from cotonou.documents.models import IssuedDocument
from tests.civil_acts.pages import browser, fresh, officer, source, to, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
TO_SIGN, SIGN = "/agents/signatures/", "/agents/signatures/signer/"


def many(run_jobs, count: int) -> list[ActRequest]:
    """Prepared requests, alike but for their codes."""
    item = civil.prepared(run_jobs)
    made = [item]
    for _number in range(count - 1):
        copy = ActRequest.objects.get(pk=item.pk)
        copy.pk, copy._state.adding = None, True
        copy.public_id, copy.tracking_code = uuid.uuid4(), codes.new_code()
        copy.save()
        made.append(copy)
    return made


def sign(client, secret: str, items, *, code: str = "", steps: int = 0):
    chosen = [str(getattr(item, "public_id", item)) for item in items]
    return client.post(SIGN, {"chosen": chosen, "code": code or second_factor.code_at(secret, steps=steps)})


def free_code(by) -> None:
    """The next code of the application has not been used yet."""
    SecondFactorGuard.objects.filter(user=by.user).update(last_step=0)


def test_the_officer_reads_what_the_document_will_say(run_jobs):
    item = civil.prepared(run_jobs)
    client, _secret, _by = officer()
    listed = words(client.get(TO_SIGN))
    assert "DOSSOU Afi Rose" in listed
    assert "Extrait d’acte de naissance" in listed
    page = words(client.get(to("review", item)))
    for text in (
        "AHOUANSOU Reine",
        "Acte numéro 312",
        "Préparé par Clerk",
        "Droit vérifié par Clerk",
        "Néant",
    ):
        assert text in page, text


def test_one_document_is_signed_after_a_fresh_code(run_jobs):
    item = civil.prepared(run_jobs)
    client, secret, by = officer()
    answer = sign(client, secret, [item])
    assert answer.url == TO_SIGN
    assert "1 document signé" in words(client.get(TO_SIGN))
    item = fresh(item)
    assert (item.state, item.signed_by) == ("SEALING", by.user)


def test_a_wrong_code_signs_nothing_and_keeps_the_ticked_boxes(run_jobs):
    first, second = many(run_jobs, 2)
    client, secret, _by = officer()
    right = second_factor.code_at(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for typed in (wrong, "", "12", "x" * 300):
        answer = client.post(SIGN, {"chosen": [str(second.public_id)], "code": typed})
        assert answer.status_code == 422
        assert f'value="{second.public_id}" checked' in source(answer)
        assert f'value="{first.public_id}" checked' not in source(answer)
        assert "<title>Erreur" in source(answer)
    assert not IssuedDocument.objects.exists()


def test_a_code_signs_once_only(run_jobs):
    first, second = many(run_jobs, 2)
    client, secret, _by = officer()
    code = second_factor.code_at(secret)
    sign(client, secret, [first], code=code)
    answer = sign(client, secret, [second], code=code)
    assert answer.status_code == 422
    assert "Ce code a déjà servi" in words(answer)
    assert fresh(second).state == "TO_SIGN"


def test_five_wrong_codes_close_the_signature_for_a_while(run_jobs):
    item = civil.prepared(run_jobs)
    client, secret, _by = officer()
    wrong = f"{(int(second_factor.code_at(secret)) + 1) % 1_000_000:06d}"
    for _time in range(5):
        sign(client, secret, [item], code=wrong)
    answer = sign(client, secret, [item])
    assert answer.status_code == 422
    assert "Trop de codes faux" in words(answer)
    assert fresh(item).state == "TO_SIGN"


def test_nothing_ticked_says_so(run_jobs):
    civil.prepared(run_jobs)
    client, secret, _by = officer()
    answer = sign(client, secret, [])
    assert (answer.status_code, "Choisissez au moins un document" in words(answer)) == (422, True)


def test_forty_are_signed_at_once_and_forty_one_are_refused_whole(run_jobs):
    items = many(run_jobs, 41)
    client, secret, by = officer()
    refused = sign(client, secret, items)
    assert refused.status_code == 422
    assert "au plus 40" in words(refused)
    assert not IssuedDocument.objects.exists()
    free_code(by)
    answer = sign(client, secret, items[:40])
    assert answer.status_code == 302
    assert ActRequest.objects.filter(state="SEALING").count() == 40
    serials = sorted(IssuedDocument.objects.values_list("serial_number", flat=True))
    assert serials == list(range(1, 41))
    assert "40 documents signés" in words(client.get(TO_SIGN))


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_asks_the_database_the_same_for_one_row_or_many(run_jobs, count, django_assert_num_queries):
    many(run_jobs, count)
    client, _secret, _by = officer()
    client.get(TO_SIGN)
    with django_assert_num_queries(5):  # session, user, memberships, count, rows
        assert client.get(TO_SIGN).content.count(b'name="chosen"') == count


def test_each_refusal_is_said_beside_its_request_and_the_others_are_signed(run_jobs):
    good, signed, withdrawn, foreign = many(run_jobs, 4)
    ActRequest.objects.filter(pk=signed.pk).update(subject_name="DÉJÀ Signée")
    ActRequest.objects.filter(pk=withdrawn.pk).update(subject_name="RETIRÉE Avant")
    ActRequest.objects.filter(pk=foreign.pk).update(office=civil.office(7), subject_name="AILLEURS Loin")
    client, secret, _by = officer()
    civil.sign(signed, civil.staff(Role.OFFICER))
    intake.withdraw(public_id=withdrawn.public_id, by=civil.guest(withdrawn.contact))
    answer = sign(client, secret, [good, signed, withdrawn, foreign, uuid.uuid4()])
    assert answer.status_code == 422
    page = words(answer)
    assert "1 document signé" in page
    assert f"DÉJÀ Signée ({codes.pretty(signed.tracking_code)}) : Cette action n’est plus possible" in page
    assert "RETIRÉE Avant" in page
    assert "AILLEURS" not in page
    assert page.count("Ce dossier n’est pas dans votre bureau.") >= 2
    assert fresh(good).state == "SEALING"
    assert fresh(foreign).state == "TO_SIGN"
    assert IssuedDocument.objects.count() == 2


def test_sending_the_signature_twice_makes_one_document(run_jobs):
    item = civil.prepared(run_jobs)
    client, secret, by = officer()
    sign(client, secret, [item])
    free_code(by)
    again = sign(client, secret, [item])
    assert again.status_code == 422
    assert "n’est plus possible" in words(again)
    assert IssuedDocument.objects.count() == 1


def test_own_work_is_not_in_the_list_and_cannot_be_signed_by_its_address(run_jobs):
    both = civil.staff(Role.CLERK, Role.OFFICER)
    item = civil.prepared(run_jobs, clerk=both)
    client, secret = browser(both), second_factor.enrol(both.user)
    assert "DOSSOU" not in words(client.get(TO_SIGN))
    review = words(client.get(to("review", item)))
    assert "Vous avez préparé ce document" in review
    assert "Signer ce document" not in review
    answer = sign(client, secret, [item])
    assert answer.status_code == 422
    assert "une autre personne doit le signer" in words(answer)
    assert fresh(item).state == "TO_SIGN"


def test_a_document_no_longer_to_sign_leads_back_to_the_list(run_jobs):
    item = civil.prepared(run_jobs)
    client, _secret, by = officer()
    civil.sign(item, by)
    assert client.get(to("review", item)).url == TO_SIGN
    assert client.post(to("send-back", item), {"reason": "Le prénom est faux"}).url == TO_SIGN
    assert "n’est pas à signer" in words(client.get(TO_SIGN))
    assert fresh(item).state == "SEALING"


def test_sending_back_needs_words_and_shows_them_to_the_clerk(run_jobs):
    clerk = civil.staff(Role.CLERK)
    item = civil.prepared(run_jobs, clerk=clerk)
    client, _secret, _by = officer()
    for empty in ("", "   ", "x" * 301):
        answer = client.post(to("send-back", item), {"reason": empty})
        assert answer.status_code == 422
        assert "le motif" in words(answer)
        assert empty.strip() in source(answer)
    assert client.post(to("send-back", item), {"reason": "Le prénom est faux"}).url == TO_SIGN
    assert client.post(to("send-back", item), {"reason": "Encore"}).url == TO_SIGN
    item = fresh(item)
    assert (item.state, item.returned_reason) == ("IN_REVIEW", "Le prénom est faux")
    page = words(browser(clerk).get(to("request", item)))
    assert "Renvoyé par l’officier" in page
    assert "Le prénom est faux" in page


def test_a_stranger_choice_is_refused_in_words(run_jobs):
    civil.prepared(run_jobs)
    client, secret, _by = officer()
    answer = client.post(SIGN, {"chosen": ["rien"], "code": second_factor.code_at(secret)})
    assert answer.status_code == 422
    assert "Rechargez la page" in words(answer)


def test_the_title_on_the_paper_is_that_of_the_office_signed_for(run_jobs):
    item = civil.prepared(run_jobs)
    by = civil.staff(Role.OFFICER, number=7)
    Membership.objects.filter(user=by.user).update(title="Chef du 7e arrondissement")
    Membership.objects.create(
        user=by.user,
        office=civil.office(5),
        role=Role.OFFICER,
        starts_on=civil.LONG_AGO,
        title="Adjoint au 5e",
    )
    client, secret = browser(by), second_factor.enrol(by.user)
    sign(client, secret, [item])
    assert fresh(item).document.snapshot["officer"]["title"] == "Adjoint au 5e"


def test_a_relay_request_cannot_be_prepared_nor_signed(run_jobs):
    item = civil.submitted(run_jobs, "certificat-de-residence")
    clerk = civil.staff(Role.CLERK)
    treatment.claim(public_id=item.public_id, by=clerk)
    proofs = treatment.rule_for(item).proofs
    treatment.check_entitlement(public_id=item.public_id, by=clerk, proofs_seen=proofs)
    client = browser(clerk)
    for action in ("prepare", "non-registration", "ask-archive"):
        answer = client.post(to(action, item))
        assert answer.status_code == 422
        assert "se transmet à l’UCIP" in words(answer)
    # Even a row that came there otherwise makes no document.
    ActRequest.objects.filter(pk=item.pk).update(
        state="TO_SIGN", snapshot={}, prepared_by=clerk.user, entitlement_rule=treatment.rule_for(item)
    )
    with pytest.raises(Conflict, match="UCIP"):
        civil.sign(item, civil.staff(Role.OFFICER))
    assert not IssuedDocument.objects.exists()


def test_an_officer_of_the_mairie_signs_for_every_arrondissement(run_jobs):
    item = civil.prepared(run_jobs)
    client, secret, _by = officer(number=None)
    assert sign(client, secret, [item]).status_code == 302


def test_a_signature_needs_the_second_factor_in_the_session(run_jobs):
    item = civil.prepared(run_jobs)
    by = civil.staff(Role.OFFICER)
    client = people.log_in(Client(), by.user, second_factor=False)
    answer = client.post(SIGN, {"chosen": [str(item.public_id)], "code": "000000"})
    assert "/compte/2fa/" in answer.url
    assert fresh(item).state == "TO_SIGN"


def test_the_limit_is_the_one_of_the_service():
    assert signing.AT_ONCE == 40
    assert reverse("civil_acts:sign") == SIGN


def test_one_box_ticks_every_document_and_waits_for_javascript(run_jobs):
    civil.prepared(run_jobs)
    client, _secret, _by = officer()
    shown = source(client.get(TO_SIGN))
    assert shown.count("data-select-all") == 1
    assert "hidden data-needs-js" in shown
