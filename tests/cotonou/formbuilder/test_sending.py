import threading

import pytest
from django.db import connections, transaction

from cotonou.accounts.actors import Actor
from cotonou.formbuilder import services
from cotonou.formbuilder.models import Draft, DraftUpload
from cotonou.formbuilder.querysets import DraftQuerySet
from cotonou.formbuilder.services import sending
from cotonou.territory.models import Quartier
from tests.cotonou.formbuilder.samples import COMPLETE, photo, start
from tests.cotonou.formbuilder.test_filling import save
from tests.support.threads import together

pytestmark = pytest.mark.django_db
GUEST = Actor()


def complete(**changes) -> Draft:
    quarter = Quartier.objects.filter(arrondissement_id=5).order_by("pk").first().pk
    answers = COMPLETE | {"quarter": quarter} | changes
    draft = start(**{name: value for name, value in answers.items() if name != "identity"})
    save(draft, "piece.identity", files={"identity": photo()})
    return Draft.objects.get(pk=draft.pk)


def test_sending_gives_the_visible_answers_and_the_files():
    draft = complete(wedding="2010-01-01")
    answers = services.submit(draft=draft, by=GUEST)
    assert "wedding" not in answers
    assert answers["fee"] == 1000
    assert answers["enfants"] == COMPLETE["enfants"]
    ((piece, upload),) = services.sent_uploads(draft=draft, answers=answers)
    assert (piece, str(upload.public_id)) == ("identity", answers["identity"][0]["upload"])
    assert Draft.objects.get().state == "SUBMITTED"


def test_sending_twice_is_told_apart():
    draft = complete()
    services.submit(draft=draft, by=GUEST)
    with pytest.raises(services.AlreadySubmittedError) as again:
        services.submit(draft=draft, by=GUEST)
    assert again.value.draft == draft


def test_an_incomplete_draft_says_which_page():
    with pytest.raises(services.IncompleteError) as refused:
        services.submit(draft=complete(surname=""), by=GUEST)
    assert refused.value.step == "vous"
    assert Draft.objects.get().state == "OPEN"


def test_when_the_service_fails_the_draft_is_open_again():
    draft = complete()
    with pytest.raises(RuntimeError), transaction.atomic():
        services.submit(draft=draft, by=GUEST)
        raise RuntimeError
    assert Draft.objects.get().state == "OPEN"


@pytest.mark.django_db(transaction=True)
def test_ten_sendings_at_once_make_one():
    draft, outcomes, gate = complete(), [], threading.Barrier(10)

    def one():
        gate.wait()
        try:
            services.submit(draft=draft, by=GUEST)
            outcomes.append("sent")
        except services.AlreadySubmittedError:
            outcomes.append("already")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already"] * 9 + ["sent"]


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_lock_a_draft_is_sent_twice(monkeypatch):
    draft, gate = complete(), threading.Barrier(2)
    require_open = sending.require_open

    def unhurried(read: Draft) -> None:
        require_open(read)
        gate.wait(timeout=10)

    monkeypatch.setattr(DraftQuerySet, "select_for_update", lambda rows, **how: rows.all())
    monkeypatch.setattr(sending, "require_open", unhurried)
    sent = together(2, lambda n: services.submit(draft=draft, by=GUEST))
    assert [answers["surname"] for answers in sent] == [COMPLETE["surname"]] * 2


def test_a_file_found_infected_later_is_asked_again():
    draft = complete()
    upload = DraftUpload.objects.get().upload
    from cotonou.documents import services as documents

    documents.discard_upload(upload=upload, by=GUEST)
    with pytest.raises(services.IncompleteError) as refused:
        services.submit(draft=draft, by=GUEST)
    assert refused.value.step == "piece.identity"
