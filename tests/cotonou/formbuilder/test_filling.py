import threading

import pytest
from django.db import connections
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from cotonou.accounts.actors import Actor
from cotonou.core import codes
from cotonou.core.errors import DomainError
from cotonou.core.models import Contact
from cotonou.documents.models import Upload
from cotonou.formbuilder import engine, services
from cotonou.formbuilder.models import Draft
from cotonou.formbuilder.services import filling
from cotonou.notifications.models import Message
from tests.cotonou.formbuilder.samples import COMPLETE, one_field, photo, sample, start
from tests.support.threads import together

pytestmark = pytest.mark.django_db
GUEST = Actor()
VOUS = {"surname": "Dossou", "given_names": "Afi", "phone": "97 00 00 01"}


def save(draft, key, data=None, *, files=None, **more):
    draft = Draft.objects.get(pk=draft.pk)
    posted = MultiValueDict({name: [value] for name, value in (data or {}).items()})
    uploads = MultiValueDict({name: [file] for name, file in (files or {}).items()})
    step = engine.find_step(draft.form, draft.filled(), key)
    return services.save_page(draft=draft, step=step, data=posted, files=uploads, by=GUEST, **more)


def test_a_draft_begins_with_a_code_that_checks_itself():
    draft = start()
    assert codes.normalise(draft.code) == draft.code
    assert draft.expires_at > timezone.now()


def test_a_right_page_is_kept_and_leads_to_the_next():
    saved = save(start(), "vous", VOUS)
    assert saved.next_step == "situation"
    assert Draft.objects.get().answers == {
        "surname": "Dossou",
        "given_names": "Afi",
        "phone": "+2290197000001",
    }


def test_a_wrong_page_keeps_nothing_and_says_why():
    saved = save(start(), "vous", VOUS | {"phone": "12"})
    assert (saved.next_step, saved.kept) == (None, False)
    assert "phone" in saved.form.errors
    assert Draft.objects.get().answers == {}


def test_leaving_keeps_what_was_right():
    saved = save(start(), "vous", VOUS | {"phone": "12"}, partial=True)
    assert (saved.next_step, saved.kept) == (None, True)
    assert Draft.objects.get().answers == {"surname": "Dossou", "given_names": "Afi"}


def test_the_contact_follows_the_answers():
    draft = start()
    save(draft, "vous", VOUS)
    contact = Draft.objects.get().contact
    assert (contact.name, str(contact.phone)) == ("Dossou Afi", "+2290197000001")
    save(draft, "vous", VOUS | {"given_names": "Ama"})
    assert Contact.objects.get().name == "Dossou Ama"


def test_answers_of_pages_that_no_longer_show_stay_while_editing():
    draft = start(**COMPLETE | {"married": True, "spouse": "Jean", "wedding": "2010-01-01"})
    save(draft, "situation", {"married": "no", "spouse": "Jean"})
    answers = Draft.objects.get().answers
    assert answers["wedding"] == "2010-01-01"
    assert "spouse" not in answers  # of the same page: hidden when it was sent


def test_two_tabs_on_the_same_page_do_not_overwrite_each_other_in_silence():
    draft = start()
    save(draft, "vous", VOUS, revision=0)
    second = save(draft, "vous", VOUS | {"given_names": "Ama"}, revision=0)
    assert not second.kept
    assert "autre fenêtre" in second.form.non_field_errors()[0]
    assert Draft.objects.get().answers["given_names"] == "Afi"
    third = save(draft, "vous", VOUS | {"given_names": "Ama"}, revision=second.draft.revision)
    assert third.kept


def test_two_tabs_on_different_pages_disturb_nobody():
    draft = start()
    assert save(draft, "vous", VOUS, revision=0).kept
    assert save(draft, "situation", {"married": "no"}, revision=0).kept
    assert {"surname", "married"} <= Draft.objects.get().answers.keys()


def test_the_same_page_sent_twice_is_no_conflict():
    draft = start()
    first, second = save(draft, "vous", VOUS, revision=0), save(draft, "vous", VOUS, revision=0)
    assert first.next_step == second.next_step == "situation"


@pytest.mark.django_db(transaction=True)
def test_pages_saved_at_the_same_moment_are_all_kept():
    draft = start()
    pages = {"vous": VOUS, "situation": {"married": "no"}, "copies": {"count": "3"}}
    gate = threading.Barrier(len(pages))

    def one(key, data):
        gate.wait()
        try:
            save(draft, key, data, revision=0)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=item) for item in pages.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"surname", "married", "count"} <= Draft.objects.get().answers.keys()
    assert Draft.objects.get().revision == 3


def two_windows_save(draft: Draft) -> list[bool]:
    """Whether each of two windows, opened before either saved, had its answers to the same page kept."""
    answers = [VOUS, VOUS | {"given_names": "Ama"}]
    return [saved.kept for saved in together(2, lambda n: save(draft, "vous", answers[n], revision=0))]


@pytest.fixture
def unlocked(monkeypatch):
    """Two savings that read the same draft before either of them writes it."""
    gate = threading.Barrier(2)

    def read(draft: Draft) -> Draft:
        found = Draft.objects.select_related("form_version").get(pk=draft.pk)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(filling, "_locked", read)


@pytest.mark.django_db(transaction=True)
def test_the_same_page_saved_at_the_same_moment_is_kept_once_and_the_other_is_told():
    assert sorted(two_windows_save(start())) == [False, True]
    assert Draft.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_one_window_overwrites_the_other_in_silence(unlocked):
    assert two_windows_save(start()) == [True, True]
    assert Draft.objects.get().revision == 1


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_one_page_of_two_is_lost(unlocked):
    draft, pages = start(), [("situation", {"married": "no"}), ("copies", {"count": "3"})]
    assert all(saved.kept for saved in together(2, lambda n: save(draft, *pages[n], revision=0)))
    assert len({"married", "count"} & Draft.objects.get().answers.keys()) == 1


def test_a_new_item_sent_twice_is_one_item():
    draft = start()
    child = {"child_name": "Koffi", "child_birth_year": "2015"}
    save(draft, "enfants.1", child)
    save(draft, "enfants.1", child)
    assert len(Draft.objects.get().answers["enfants"]) == 1


def test_items_are_removed_and_the_list_is_closed():
    draft = start(enfants=[{"child_name": "Koffi"}, {"child_name": "Ama"}])
    page = draft.form.pages[3]
    services.remove_item(draft=draft, page=page, number=1, by=GUEST)
    assert Draft.objects.get().answers["enfants"] == [{"child_name": "Ama"}]
    services.remove_item(draft=draft, page=page, number=7, by=GUEST)
    services.remove_item(draft=draft, page=page, number=1, by=GUEST)
    assert "enfants" not in Draft.objects.get().answers
    step = engine.find_step(draft.form, {}, "enfants")
    services.save_more(draft=draft, step=step, more=False, by=GUEST)
    assert Draft.objects.get().answers["enfants"] == []


def test_too_few_and_too_many_items_are_refused():
    spec = sample()
    spec["pages"][3]["repeat"] |= {"min": 1, "max": 1}
    draft = start(content=spec)
    step = engine.find_step(draft.form, {}, "enfants")
    with pytest.raises(DomainError, match="au moins 1"):
        services.save_more(draft=draft, step=step, more=False, by=GUEST)
    save(draft, "enfants.1", {"child_name": "Koffi", "child_birth_year": "2015"})
    with pytest.raises(DomainError, match="1 au plus"):
        services.save_more(draft=draft, step=step, more=True, by=GUEST)


def test_answers_past_the_limit_are_refused_with_a_sentence():
    texts = [{"id": f"t{i}", "type": "textarea", "label": "T"} for i in range(80)]
    draft = start(content={"title": "T", "pages": [{"id": "p", "title": "P", "fields": texts}]})
    saved = save(draft, "p", {f"t{i}": "é" * 4000 for i in range(80)})
    assert "trop longues" in saved.form.non_field_errors()[0]
    assert Draft.objects.get().answers == {}


def test_a_megabyte_in_one_field_is_a_clear_error():
    saved = save(start(content=one_field(id="a", type="textarea", label="A")), "p", {"a": "x" * 1_000_000})
    assert "4000 caractères au plus" in saved.form.errors["a"][0]


def test_a_file_is_kept_once_even_if_it_is_sent_twice():
    draft = start()
    save(draft, "piece.identity", files={"identity": photo()})
    save(draft, "piece.identity", files={"identity": photo("encore.jpg")})
    (answer,) = Draft.objects.get().filled()["identity"]
    assert answer["name"] == "carte.jpg"
    assert Upload.objects.kept().count() == 1


def test_a_full_piece_takes_no_more_files():
    draft = start()
    for colour in ("red", "green", "blue"):
        save(draft, "piece.identity", files={"identity": photo(colour=colour)})
    assert len(Draft.objects.get().filled()["identity"]) == 2
    assert Upload.objects.kept().count() == 2


def test_a_refused_file_says_what_to_do_and_the_kept_ones_stay():
    draft = start()
    save(draft, "piece.identity", files={"identity": photo()})
    bad = photo("page.pdf")
    bad.file.seek(0)
    bad.file.truncate()
    bad.file.write(b"<html><script>alert(1)</script></html>")
    bad.file.seek(0)
    bad.size = 38
    saved = save(draft, "piece.identity", files={"identity": bad})
    assert saved.next_step is None
    assert saved.form.errors["identity"]
    assert len(Draft.objects.get().filled()["identity"]) == 1


def test_a_photo_where_only_a_pdf_fits_is_refused():
    draft = start(married=True)
    saved = save(draft, "piece.wedding_act", files={"wedding_act": photo()})
    assert "Choisissez un fichier PDF" in saved.form.errors["wedding_act"][0]
    assert Upload.objects.kept().count() == 0


def test_a_missing_piece_is_asked_by_its_name():
    saved = save(start(), "piece.identity")
    assert saved.form.errors["identity"] == ["Ajoutez votre pièce d’identité."]


def test_a_piece_already_given_lets_one_go_on():
    draft = start()
    save(draft, "piece.identity", files={"identity": photo()})
    assert save(draft, "piece.identity").next_step == "verifier"


def test_a_removed_file_is_gone_at_once():
    draft = start()
    save(draft, "piece.identity", files={"identity": photo()})
    uuid = Upload.objects.get().public_id
    services.remove_upload(draft=draft, upload_uuid=uuid, by=GUEST)
    services.remove_upload(draft=draft, upload_uuid=uuid, by=GUEST)
    assert "identity" not in Draft.objects.get().filled()
    assert Upload.objects.kept().count() == 0


def test_the_files_of_another_draft_are_out_of_reach():
    mine, theirs = start(), start()
    save(theirs, "piece.identity", files={"identity": photo()})
    services.remove_upload(draft=mine, upload_uuid=Upload.objects.get().public_id, by=GUEST)
    assert Upload.objects.kept().count() == 1


def test_a_draft_that_was_sent_or_is_over_takes_nothing_more():
    draft = start()
    Draft.objects.filter(pk=draft.pk).update(state="SUBMITTED", submitted_at=timezone.now())
    with pytest.raises(services.DraftClosedError):
        save(draft, "vous", VOUS)


def test_each_page_gives_the_draft_its_time_again_but_not_for_ever(settings):
    draft = start()
    later = timezone.now() + timezone.timedelta(days=60)
    Draft.objects.filter(pk=draft.pk).update(created_at=timezone.now() - timezone.timedelta(days=80))
    save(draft, "vous", VOUS)
    assert Draft.objects.get().expires_at < later


def test_leaving_sends_the_code_once_an_hour():
    draft = start()
    services.leave(draft=draft, by=GUEST, phone="+2290197000001")
    services.leave(draft=draft, by=GUEST)
    message = Message.objects.get(channel="SMS")
    assert codes.pretty(draft.code) in message.body
    assert message.to == "+2290197000001"


def test_leaving_without_a_phone_asks_for_one():
    with pytest.raises(DomainError, match="numéro de téléphone"):
        services.leave(draft=start(), by=GUEST)


def test_a_draft_is_seen_by_its_session_its_contact_and_its_account_only():
    draft = start()
    save(draft, "vous", VOUS)
    contact = Draft.objects.get().contact
    seen = Draft.objects.visible_to
    assert not seen(GUEST).exists()
    assert seen(Actor(grants=frozenset({draft.public_id}))).exists()
    assert seen(Actor(grants=frozenset({contact.public_id}))).exists()
    assert not seen(Actor(grants=frozenset({start().public_id}))).filter(pk=draft.pk).exists()
