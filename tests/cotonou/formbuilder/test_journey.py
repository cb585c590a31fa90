"""The journey as a browser without JavaScript sees it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cotonou.accounts import grants
from cotonou.core import codes
from cotonou.documents.models import Upload
from cotonou.formbuilder.models import Draft
from cotonou.notifications.models import Message
from cotonou.territory.models import Quartier
from tests.cotonou.formbuilder import urls
from tests.cotonou.formbuilder.samples import photo, publish, sample

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.cotonou.formbuilder.urls")]
VOUS = {"surname": "Dossou", "given_names": "Afi", "phone": "97 00 00 01"}


@pytest.fixture(autouse=True)
def nothing_sent():
    urls.sent.clear()


def begin(client, content=None) -> Draft:
    client.post(reverse("start", args=[publish(content).public_id]))
    return Draft.objects.latest("pk")


def url(draft, step):
    return reverse("page", args=[draft.public_id, step])


def post(client, draft, step, data=None, **more):
    return client.post(url(draft, step), (data or {}) | more)


def revision(html: bytes) -> str:
    return re.search(rb'name="_revision" value="(\d+)"', html)[1].decode()


def fill(client, draft, *, until=""):
    """Answer every page in order as a single person with one child, as far as ``until``."""
    quarter = Quartier.objects.filter(arrondissement_id=5).order_by("pk").first().pk
    pages = [
        ("vous", VOUS),
        ("situation", {"married": "no"}),
        ("enfants", {"more": "yes"}),
        ("enfants.1", {"child_name": "Koffi", "child_birth_year": "2015"}),
        ("enfants", {"more": "no"}),
        ("lieu", {"place": "5"}),
        ("quartier", {"quarter": str(quarter)}),
        ("copies", {"count": "2"}),
        ("piece.identity", {"identity": photo()}),
    ]
    for step, data in pages:
        if step == until:
            return
        answer = post(client, draft, step, data)
        assert answer.status_code == 302, (step, answer.content.decode())


def test_a_form_is_filled_page_by_page_and_sent(client):
    draft = begin(client)
    fill(client, draft)
    check = client.get(url(draft, "verifier"))
    page = check.content.decode()
    for words in ("Dossou", "01\u00a097\u00a000\u00a000\u00a001", "Koffi", "1\u00a0000\u00a0F", "carte.jpg"):
        assert words in page
    answer = post(client, draft, "verifier")
    assert answer.url == reverse("done", args=[draft.public_id])
    assert urls.sent[0]["surname"] == "Dossou"


def test_each_page_is_html_with_a_title_a_back_link_and_its_place(client):
    draft = begin(client)
    page = client.get(url(draft, "situation")).content.decode()
    assert "<h1" in page
    assert "Votre situation" in page
    assert f'href="{url(draft, "vous")}"' in page
    assert "page 2 sur" in page.replace("\u00a0", " ")
    assert codes.pretty(draft.code) in page
    assert "style=" not in page
    assert "onclick" not in page


def test_an_error_is_a_422_that_names_the_field_and_loses_nothing(client):
    draft = begin(client)
    answer = post(client, draft, "vous", VOUS | {"surname": "", "given_names": "Afi Rose"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Erreur" in page
    assert 'href="#id_surname"' in page
    assert "Saisissez votre nom de famille" in page
    assert 'value="Afi Rose"' in page


def test_another_browser_resumes_with_code_and_phone_and_loses_nothing(client):
    draft = begin(client)
    fill(client, draft, until="lieu")
    other = Client()
    assert other.get(url(draft, "vous")).status_code == 404
    answer = other.post(
        reverse("formbuilder:resume"),
        {"resume-code": codes.pretty(draft.code).lower(), "resume-phone": "01 97 00 00 01"},
    )
    assert answer.status_code == 302
    assert other.get(answer.url).url == url(draft, "lieu")
    assert "Dossou" in other.get(url(draft, "vous")).content.decode()
    fill(other, Draft.objects.get())
    assert other.get(url(draft, "verifier")).status_code == 200


def test_a_wrong_code_and_a_wrong_phone_get_the_same_page(client):
    draft = begin(client)
    fill(client, draft, until="situation")

    def tried(code, phone):
        data = {"resume-code": code, "resume-phone": phone}
        answer = Client().post(reverse("formbuilder:resume"), data)
        shown = answer.content.decode().replace(code, "CODE").replace(phone, "PHONE")
        return answer.status_code, re.sub(r'value="[A-Za-z0-9]{64}"', "", shown)

    assert tried(draft.code, "01 97 00 00 02") == tried(codes.new_code(10), "01 97 00 00 02")


def test_leaving_keeps_the_page_and_gives_the_code(client):
    draft = begin(client)
    answer = post(client, draft, "vous", VOUS | {"phone": "12"}, _action="leave")
    assert answer.url == url(draft, "quitter")
    page = client.get(answer.url).content.decode()
    assert codes.pretty(draft.code) in page
    assert "« Téléphone »" in page.replace("\u00a0", " ")
    assert post(client, draft, "quitter", phone="12").status_code == 422
    answer = post(client, draft, "quitter", phone="01 97 00 00 01")
    assert "envoyé par SMS" in client.get(answer.url).content.decode()
    assert Message.objects.get(channel="SMS").to == "+2290197000001"
    assert Draft.objects.get().answers == {"surname": "Dossou", "given_names": "Afi"}


def test_an_expired_session_loses_nothing_that_was_typed(client):
    draft = begin(client)
    fill(client, draft, until="situation")
    session = client.session
    session[grants.KEY] = {}
    session.save()
    lost = post(client, draft, "situation", married="yes", spouse="Jean d’Almeida", _revision="2")
    page = lost.content.decode()
    assert lost.status_code == 404
    assert 'name="spouse" value="Jean d’Almeida"' in page
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    again.pop("csrfmiddlewaretoken", None)
    wrong = post(
        client, draft, "situation", again | {"resume-code": draft.code, "resume-phone": "01 97 00 00 09"}
    )
    assert wrong.status_code == 404
    assert 'name="spouse" value="Jean d’Almeida"' in wrong.content.decode()
    right = post(client, draft, "situation", again | {"resume-code": draft.code, "resume-phone": "97000001"})
    assert right.url == url(draft, "mariage")
    assert Draft.objects.get().answers["spouse"] == "Jean d’Almeida"


def test_a_draft_of_somebody_else_looks_like_one_that_never_was(client):
    draft = begin(client)
    other = Client()
    unknown = "00000000-0000-4000-8000-000000000000"
    foreign = other.get(url(draft, "vous"))
    absent = other.get(reverse("page", args=[unknown, "vous"]))
    assert foreign.status_code == absent.status_code == 404

    def strip(answer, uuid):
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode()).replace(str(uuid), "")

    assert strip(foreign, draft.public_id) == strip(absent, unknown)


def test_a_second_click_on_start_finds_the_same_draft(client):
    version = publish()
    first, second = (client.post(reverse("start", args=[version.public_id])) for _click in range(2))
    assert first.url == second.url
    assert Draft.objects.count() == 1


def test_a_second_click_on_send_shows_what_the_first_one_did(client):
    draft = begin(client)
    fill(client, draft)
    first, second = post(client, draft, "verifier"), post(client, draft, "verifier")
    assert first.url == second.url
    assert len(urls.sent) == 1
    assert client.get(url(draft, "vous")).url == first.url


def test_sending_an_incomplete_form_leads_to_the_page_to_complete_and_back(client):
    draft = begin(client)
    fill(client, draft, until="copies")
    answer = post(client, draft, "verifier")
    assert answer.url == url(draft, "copies") + "?de=verifier"
    assert not urls.sent
    answer = post(client, draft, "copies", count="1", _from="verifier")
    assert answer.url == url(draft, "piece.identity") + "?de=verifier"
    answer = post(client, draft, "piece.identity", identity=photo(), _from="verifier")
    assert answer.url == url(draft, "verifier")


def test_changing_an_answer_comes_back_to_the_check_page(client):
    draft = begin(client)
    fill(client, draft)
    page = client.get(url(draft, "verifier")).content.decode()
    assert f"{url(draft, 'vous')}?de=verifier#id_surname" in page
    shown = client.get(url(draft, "vous") + "?de=verifier").content.decode()
    assert '<input type="hidden" name="_from" value="verifier">' in shown
    answer = post(client, draft, "vous", VOUS | {"surname": "Hounsou"}, _from="verifier")
    assert answer.url == url(draft, "verifier")


def test_a_change_that_asks_more_goes_there_first(client):
    draft = begin(client)
    fill(client, draft)
    answer = post(client, draft, "situation", married="yes", spouse="Jean", _from="verifier")
    assert answer.url == url(draft, "mariage") + "?de=verifier"


def test_the_service_refuses_and_the_check_page_says_why(client, monkeypatch):
    from cotonou.core.errors import DomainError

    def refuse(request, draft):
        raise DomainError("Choisissez un autre bureau : celui-ci est fermé.")

    draft = begin(client)
    fill(client, draft)
    monkeypatch.setattr(type(urls.JOURNEY), "send", property(lambda self: refuse), raising=False)
    answer = post(client, draft, "verifier")
    assert answer.status_code == 422
    assert "celui-ci est fermé" in answer.content.decode()


def test_two_tabs_are_told_and_the_typed_values_stay(client):
    draft = begin(client)
    first = revision(client.get(url(draft, "vous")).content)
    post(client, draft, "vous", VOUS, _revision=first)
    answer = post(client, draft, "vous", VOUS | {"given_names": "Ama"}, _revision=first)
    assert answer.status_code == 422
    assert "autre fenêtre" in answer.content.decode()
    assert 'value="Ama"' in answer.content.decode()
    again = post(client, draft, "vous", VOUS | {"given_names": "Ama"}, _revision=revision(answer.content))
    assert again.status_code == 302
    assert Draft.objects.get().answers["given_names"] == "Ama"


def test_files_are_added_listed_and_taken_back(client):
    draft = begin(client)
    answer = post(client, draft, "piece.identity", identity=photo(), _action="add")
    assert answer.url == url(draft, "piece.identity")
    page = client.get(answer.url).content.decode()
    assert "carte.jpg" in page
    assert 'enctype="multipart/form-data"' in page
    bad = client.post(url(draft, "piece.identity"), {"identity": _html()})
    assert bad.status_code == 422
    assert "carte.jpg" in bad.content.decode()
    for upload in Upload.objects.kept():
        post(client, draft, "piece.identity", _remove=str(upload.public_id))
    assert "Déjà ajouté" not in client.get(url(draft, "piece.identity")).content.decode()
    assert post(client, draft, "piece.identity", _remove="nothing").status_code == 404


def _html():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("page.pdf", b"<html><script>alert(1)</script></html>", "application/pdf")


def test_items_are_listed_changed_and_taken_back(client):
    draft = begin(client)
    assert "ajouter" in client.get(url(draft, "enfants")).content.decode()
    assert post(client, draft, "enfants").status_code == 422
    assert post(client, draft, "enfants", more="yes").url == url(draft, "enfants.1")
    post(client, draft, "enfants.1", child_name="Koffi", child_birth_year="2015")
    page = client.get(url(draft, "enfants")).content.decode()
    assert "Koffi 2015" in page
    assert f'href="{url(draft, "enfants.1")}"' in page
    post(client, draft, "enfants", _remove_item="1")
    assert "Koffi" not in client.get(url(draft, "enfants")).content.decode()
    assert post(client, draft, "enfants", more="no").url == url(draft, "lieu")


def test_a_list_that_needs_one_item_opens_on_it(client):
    content = sample()
    content["pages"][3]["repeat"]["min"] = 1
    draft = begin(client, content)
    assert client.get(url(draft, "enfants")).url == url(draft, "enfants.1")


def test_a_full_list_goes_on(client):
    content = sample()
    content["pages"][3]["repeat"]["max"] = 1
    draft = begin(client, content)
    post(client, draft, "enfants.1", child_name="Koffi", child_birth_year="2015")
    assert "ne pouvez pas en ajouter" in client.get(url(draft, "enfants")).content.decode()
    assert post(client, draft, "enfants").url == url(draft, "lieu")


def test_a_page_that_is_hidden_now_leads_where_one_was_and_an_unknown_one_nowhere(client):
    draft = begin(client)
    fill(client, draft, until="enfants")
    assert client.get(url(draft, "mariage")).url == url(draft, "enfants")
    assert post(client, draft, "mariage", wedding_year="2010").url == url(draft, "enfants")
    assert client.get(url(draft, "rien")).status_code == 404


def test_a_draft_whose_time_is_over_says_so(client):
    draft = begin(client)
    Draft.objects.update(state="EXPIRED")
    answer = client.get(url(draft, "vous"))
    assert answer.status_code == 410
    assert "n’est plus ouverte" in answer.content.decode()


def test_what_is_typed_is_shown_as_text(client):
    content = {
        "title": "T",
        "pages": [
            {"id": "p", "title": "P", "fields": [{"id": "a", "type": "textarea", "label": "<b>A</b>"}]}
        ],
    }
    draft = begin(client, content)
    post(client, draft, "p", a="<img src=file:///etc/passwd>\n<script>")
    page = client.get(url(draft, "verifier")).content.decode()
    assert "<img src=file" not in page
    assert "&lt;img src=file:///etc/passwd&gt;" in page
    assert "<b>A</b>" not in page


@pytest.mark.parametrize("children", [1, 3])
def test_the_check_page_costs_the_same_for_few_answers_or_many(
    client, django_assert_max_num_queries, children
):
    draft = begin(client)
    fill(client, draft)
    draft.refresh_from_db()
    draft.answers["enfants"] = [{"child_name": "Koffi", "child_birth": {"year": 2015}}] * children
    draft.save()
    # session, draft, files, arrondissements, quartiers: once for missing, once for the summary; session saved
    with django_assert_max_num_queries(12):
        page = client.get(url(draft, "verifier"))
    assert page.content.decode().count("Vos enfants (") == children


def test_a_page_costs_few_queries(client, django_assert_max_num_queries):
    draft = begin(client)
    with django_assert_max_num_queries(7):  # session, draft, files; the session is saved in a savepoint
        client.get(url(draft, "vous"))
