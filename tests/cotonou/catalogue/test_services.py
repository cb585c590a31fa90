"""The City's list of services: complete, sourced, and no page of it a dead end."""

import pytest
from django.db import IntegrityError, transaction

from cotonou.accounts.permissions import Permission, Role
from cotonou.catalogue import cards, golive, navigation, reference, registry, tracking
from cotonou.catalogue.models import AuthorityMode, Service, ServiceFact, ServiceLevel
from cotonou.territory.dates import local_today
from tests.support import people

pytestmark = pytest.mark.django_db
START = "/demarches/mariage/demande/"


def said(client, slug: str, language: str = "fr") -> str:
    response = client.get(f"/demarches/{slug}/", headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def run_here(monkeypatch):
    """« Mariage » as if a room of the portal ran it: run_here(Facts)."""
    monkeypatch.setattr(registry, "_owners", {})
    Service.objects.filter(slug="mariage").update(owner="tests")

    def register(facts: registry.Facts, start: str | None = START):
        registry.register("tests", facts=lambda service: facts, start_url=lambda service: start)

    return register


def test_the_45_lines_of_the_list_are_there_once():
    lines = [line for code in Service.objects.values_list("code", flat=True) for line in code.split("-")]
    assert sorted(map(int, lines)) == list(range(1, 46))


def test_only_two_are_run_here_and_their_modes_are_honest():
    run = dict(Service.objects.exclude(owner="").values_list("slug", "authority_mode"))
    assert run == {"acte-de-naissance": AuthorityMode.COMMUNE, "certificat-de-residence": AuthorityMode.RELAY}


def test_a_level_of_information_means_that_the_page_informs():
    for service in Service.objects.filter(owner=""):
        informs = service.facts.filter(kind__in=["FEE", "DELAY", "PIECE"]).exists()
        assert service.levels.get().level == int(informs), service


def test_every_address_given_as_a_source_is_one():
    for service in Service.objects.prefetch_related("facts"):
        for address in [*service.sources, *(f.source for f in service.facts.all() if f.source)]:
            assert address.startswith("https://")


def test_loading_again_leaves_what_staff_edited():
    Service.objects.filter(slug="mariage").update(summary="Corrigé par la Mairie.")
    assert reference.load_services(Service, ServiceLevel, ServiceFact) == 0
    assert Service.objects.get(slug="mariage").summary == "Corrigé par la Mairie."


def test_no_page_is_a_dead_end_in_either_language(client):
    for service in Service.objects.published():
        for language, title in (("fr", service.title), ("en", service.title_en)):
            page = said(client, service.slug, language)
            assert title.replace("'", "&#x27;") in page
            assert "p-notice" in page or "govuk-button" in page, service.slug


def test_a_hidden_service_is_missing(client):
    Service.objects.filter(slug="mariage").update(is_published=False)
    assert client.get("/demarches/mariage/").status_code == 404
    assert client.get("/demarches/n-existe-pas/").status_code == 404


def test_what_nobody_sourced_is_said_to_be_confirmed(client):
    assert "à confirmer par la Mairie" in said(client, "certificat-de-vie")


def test_the_page_shows_what_the_room_that_runs_it_says(client, run_here):
    run_here(
        registry.Facts(
            fees=(
                registry.Fee("Extrait", 500, source="Délibération 12"),
                registry.Fee("Copie", 0, source="d"),
            ),
            delay=registry.Fact("3 jours ouvrés", "Délibération 12"),
            pieces=(registry.Piece("Passeport", why="pour vous reconnaître"),),
            steps=("Vous remplissez", "Nous vérifions"),
            who_may_ask=(registry.Fact("La personne concernée", "loi"),),
        )
    )
    page = said(client, "mariage")
    for words in (
        "500\u00a0F",
        "Gratuit",
        "3 jours ouvrés",
        "pour vous reconnaître",
        "Nous vérifions",
        START,
    ):
        assert words in page
    assert "Commencer la demande" in page


def test_before_opening_nothing_can_be_started(client, run_here, settings):
    settings.DEMO = False
    run_here(registry.Facts())
    page = said(client, "mariage")
    assert "Bientôt en ligne" in page
    assert START not in page


def test_an_amount_belongs_to_a_price_only():
    service = Service.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceFact.objects.create(
            service=service, kind="DELAY", text="x", amount_xof=1, from_date=local_today()
        )


def test_a_level_lies_between_0_and_5_with_its_evidence():
    service = Service.objects.first()
    for level, evidence in ((6, "x"), (3, "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            ServiceLevel.objects.create(
                service=service, level=level, evidence=evidence, from_date=local_today().replace(year=2020)
            )


def test_the_list_filters_by_theme_and_says_when_nothing_is_found(client):
    french = {"headers": {"Accept-Language": "fr"}}
    page = client.get("/demarches/?theme=deces-cimetieres", **french).content.decode()
    assert "Permis d’inhumer" in page
    assert "Place ou étal de marché" not in page
    page = client.get("/demarches/?q=xylophone", **french).content.decode()
    assert "Aucune démarche trouvée" in page
    assert client.get("/demarches/?theme=inconnu").status_code == 200


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "%00", "é" * 3000, "' OR 1=1 --", "\u0000"])
def test_a_hostile_search_is_a_search(client, typed):
    response = client.get("/demarches/", {"q": typed})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_the_list_costs_the_same_for_any_number_of_services(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get("/demarches/")


@pytest.mark.parametrize(
    "register",
    [
        lambda: registry.register("twice", facts=lambda s: registry.Facts(), start_url=lambda s: None),
        lambda: tracking.register("twice", lambda code: None),
        lambda: cards.register_citizen("twice", lambda actor: []),
        lambda: cards.register_staff("twice", lambda actor: []),
        lambda: navigation.register("twice", label="x", permissions=(Permission.JOB_VIEW,)),
        lambda: golive.register("twice", label="x", check=lambda: golive.Result(True, "x")),
    ],
    ids=["facts", "tracking", "citizen", "staff", "menu", "golive"],
)
def test_a_second_registration_under_one_name_is_a_mistake(register, monkeypatch):
    for module, names in (
        (registry, ["_owners"]),
        (tracking, ["_finders"]),
        (cards, ["_citizen", "_staff"]),
        (navigation, ["_entries"]),
        (golive, ["_checks"]),
    ):
        for name in names:
            monkeypatch.setattr(module, name, {})
    register()
    with pytest.raises(ValueError, match="already"):
        register()


def test_the_current_page_of_the_menu_is_the_closest_one():
    from cotonou.accounts.actors import actor_for

    actor = actor_for(people.agent(Role.ADMINISTRATOR, at=None), second_factor=True)
    current = [i["href"] for i in navigation.menu(actor, "/agents/travaux/") if i["current"]]
    assert current == ["/agents/travaux/"]
