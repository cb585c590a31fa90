"""What a page proposes, what it refuses because of another answer, and what it costs in the end."""

import dataclasses
import re

import pytest
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from cotonou.core.errors import DomainError
from cotonou.formbuilder import engine
from cotonou.formbuilder.bills import Bill
from cotonou.formbuilder.checking import problems
from cotonou.formbuilder.definition import parse
from cotonou.formbuilder.models import Draft
from cotonou.formbuilder.refusals import Refusal
from cotonou.formbuilder.tables import quartiers
from cotonou.formbuilder.wording import asked_when
from tests.cotonou.formbuilder import urls
from tests.cotonou.formbuilder.samples import publish

BORN = {
    "id": "birth_date",
    "type": "partial_date",
    "label": "Né le",
    "called": "votre date de naissance",
    "max": "today",
}
SINCE = {
    "id": "since",
    "type": "partial_date",
    "label": "Depuis",
    "min": {"field": "birth_date"},
    "max": "today",
}
YES = {"id": "mine", "type": "yes_no", "label": "Pour vous ?"}
NAME = {"id": "name", "type": "name", "label": "Votre nom"}
NAMED = {
    "id": "named",
    "type": "name",
    "label": "Nom dans l’acte",
    "default": {"field": "name"},
    "default_if": {"field": "mine", "is": True},
}
COPIES = {"id": "copies", "type": "integer", "label": "Exemplaires", "min": 1, "max": 9, "default": 1}


def pages(*groups: list) -> dict:
    return {
        "title": "T",
        "pages": [{"id": f"p{n}", "title": f"P{n}", "fields": list(group)} for n, group in enumerate(groups)],
    }


def errors(content: dict, key: str, answers: dict, **data) -> list[str]:
    form = parse(content)
    assert problems(content) == []
    posted = MultiValueDict({name: [value] for name, value in data.items()})
    bound = engine.step_form(form, engine.find_step(form, answers, key), answers, data=posted)
    bound.is_valid()
    return [error for found in bound.errors.values() for error in found]


# -- one answer limits another ------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "since", "refused"),
    [
        ({"year": 1988}, "1987", True),
        ({"year": 1988}, "1988", False),
        ({"year": 1988, "month": 3, "day": 27}, "1988", False),
        ({"year": 1988, "about": True}, "1985", False),
        ({"year": 1988, "about": True}, "1950", True),
        ({}, "1950", False),
    ],
)
def test_nobody_lives_somewhere_before_being_born(born, since, refused):
    answers = {"birth_date": born} if born else {}
    said = errors(pages([BORN], [SINCE]), "p1", answers, since_year=since, since_month="", since_day="")
    assert bool(said) == refused
    assert all("ne peut pas être avant votre date de naissance" in one for one in said)


def test_two_dates_of_the_same_page_limit_each_other_as_well():
    typed = {f"{name}_{part}": "" for name in ("birth_date", "since") for part in ("month", "day")}
    said = errors(pages([BORN, SINCE]), "p0", {}, birth_date_year="1988", since_year="1987", **typed)
    assert "1988" in said[0]


def test_a_number_is_limited_by_another_one():
    most = {"id": "most", "type": "integer", "label": "Places"}
    taken = {"id": "taken", "type": "integer", "label": "Prises", "max": {"field": "most"}}
    assert "plus grand que « Places » (5)" in errors(pages([most], [taken]), "p1", {"most": 5}, taken="6")[0]
    assert errors(pages([most], [taken]), "p1", {"most": 5}, taken="5") == []


def test_an_answer_made_wrong_by_a_later_correction_is_asked_again():
    form = parse(pages([BORN], [SINCE]))
    assert engine.missing(form, {"birth_date": {"year": 1980}, "since": {"year": 1985}}) is None
    assert engine.missing(form, {"birth_date": {"year": 1990}, "since": {"year": 1985}}) == "p1"


# -- what a page proposes -----------------------------------------------------------


def test_a_proposed_answer_counts_only_once_the_page_is_sent():
    form = parse(pages([COPIES]))
    step = engine.find_step(form, {}, "p0")
    assert engine.defaults(form, step, {}) == {"copies": 1}
    assert engine.missing(form, {}) == "p0"


def test_an_earlier_answer_is_proposed_when_its_condition_holds():
    form = parse(pages([NAME], [YES], [NAMED]))
    for mine, proposed in ((True, {"named": "Dossou"}), (False, {})):
        answers = {"name": "Dossou", "mine": mine}
        assert engine.defaults(form, engine.find_step(form, answers, "p2"), answers) == proposed


def test_a_piece_says_in_words_who_must_give_it():
    link = {
        "id": "link",
        "type": "choice",
        "label": "Lien",
        "choices": [{"value": "A", "label": "Père"}, {"value": "B", "label": "Fils"}],
    }
    pieces = [
        {"id": "one", "label": "Carte"},
        {"id": "two", "label": "Livret", "condition": {"field": "link", "in": ["A", "B"]}},
        {"id": "three", "label": "Jugement", "required_if": {"field": "link", "is": "B"}},
        {"id": "four", "label": "Reçu", "required_if": False},
        {"id": "five", "label": "Bail", "condition": {"not": {"field": "link", "is": "A"}}},
    ]
    form = parse(pages([link]) | {"pieces": pieces})
    assert [asked_when(form, page) for page in form.pages if page.kind == "piece"] == [
        "",
        "si vous répondez « Père » ou « Fils »",
        "si vous répondez « Fils »",
        "facultatif",
        "selon vos réponses",
    ]


@pytest.mark.django_db
def test_quartiers_are_listed_as_people_look_for_them():
    names = [row.label for row in quartiers() if row.parent == 4]
    plain = [name.replace("É", "E") for name in names]
    assert plain == sorted(plain, key=str.lower)
    assert any(name.startswith("É") for name in names)


# -- what a service adds to the journey ---------------------------------------------


@pytest.fixture
def journey(monkeypatch):
    def change(**hooks):
        monkeypatch.setattr(urls, "JOURNEY", dataclasses.replace(urls.JOURNEY, **hooks))

    return change


def begin(client, content) -> Draft:
    client.post(reverse("start", args=[publish(content).public_id]))
    return Draft.objects.latest("pk")


def shown(client, draft, step) -> str:
    return client.get(reverse("page", args=[draft.public_id, step])).content.decode()


def value_of(html: str, name: str) -> str:
    return (re.search(rf'name="{name}"[^>]* value="([^"]*)"', html) or [None, ""])[1]


@pytest.mark.django_db
@pytest.mark.urls("tests.cotonou.formbuilder.urls")
def test_what_was_erased_is_not_proposed_again(client, journey):
    email = {"id": "email", "type": "email", "label": "Courriel", "required": False}
    journey(suggest=lambda request, draft: {"email": "afi@example.org"})
    draft = begin(client, pages([email], [COPIES]))
    first = shown(client, draft, "p0")
    assert value_of(first, "email") == "afi@example.org"
    assert "Nous avons repris ce que nous savons déjà de vous" in first
    assert value_of(shown(client, draft, "p1"), "copies") == "1"
    assert "Nous avons repris" not in shown(client, draft, "p1")
    client.post(reverse("page", args=[draft.public_id, "p0"]), {"email": ""})
    assert value_of(shown(client, draft, "p0"), "email") == ""


@pytest.mark.django_db
@pytest.mark.urls("tests.cotonou.formbuilder.urls")
def test_an_answer_that_leads_nowhere_is_refused_on_its_page_with_where_to_go(client, journey):
    refusal = Refusal(
        ("named", "name"),
        "Ce nom ne convient pas.",
        "Prenez-en un autre.",
        (("p0", "Changer le nom"), ("p1", "Ici")),
    )
    journey(judge=lambda draft, answers: refusal if answers.get("named") == "Loko" else None)
    draft = begin(client, pages([NAME], [{"id": "named", "type": "name", "label": "Nom"}]))
    client.post(reverse("page", args=[draft.public_id, "p0"]), {"name": "Afi"})
    address = reverse("page", args=[draft.public_id, "p1"])
    answer = client.post(address, {"named": "Loko"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ce nom ne convient pas." in page
    assert "Prenez-en un autre." in page
    assert value_of(page, "named") == "Loko"
    assert f'href="{reverse("page", args=[draft.public_id, "p0"])}">Changer le nom' in page
    assert "Ici" not in page
    client.post(address, {"named": "Loko", "_action": "leave"})
    draft.refresh_from_db()
    assert draft.answers == {"name": "Afi"}
    assert client.post(address, {"named": "Sossa"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.urls("tests.cotonou.formbuilder.urls")
def test_the_check_page_says_what_it_costs_before_anything_is_sent(client, journey):
    journey(bill=lambda draft: Bill((("Droit", "2 × 500 F", "1 000 F"),), "1 000 F", "À confirmer."))
    draft = begin(client, pages([COPIES]))
    client.post(reverse("page", args=[draft.public_id, "p0"]), {"copies": "2"})
    page = shown(client, draft, "verifier")
    for words in ("Ce que vous payez", "2 × 500 F", "1 000 F", "À confirmer.", "Envoyer la demande"):
        assert words in page
    journey(bill=lambda draft: Bill((), "", "Gratuit.", send_label="Confirmer et envoyer"))
    page = shown(client, draft, "verifier")
    assert "Gratuit." in page
    assert "Confirmer et envoyer" in page


@pytest.mark.django_db
@pytest.mark.urls("tests.cotonou.formbuilder.urls")
def test_what_is_refused_at_the_last_moment_leads_to_what_can_be_changed(client, journey):
    def send(request, draft):
        raise DomainError("Refusé.")

    refusal = Refusal(("name",), "Refusé.", "", (("p0", "Changer le nom"),))
    journey(send=send, judge=lambda draft, answers: refusal if answers.get("name") == "Loko" else None)
    draft = begin(client, pages([NAME]))
    Draft.objects.filter(pk=draft.pk).update(answers={"name": "Loko"})
    answer = client.post(reverse("page", args=[draft.public_id, "verifier"]))
    assert answer.status_code == 422
    assert (
        f'{reverse("page", args=[draft.public_id, "p0"])}?de=verifier">Changer le nom'
        in answer.content.decode()
    )
