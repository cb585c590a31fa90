import pytest

from cotonou.catalogue.models import Service
from cotonou.catalogue.querysets import words_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("acte de naissance", "acte-de-naissance"),
        ("acte naisance", "acte-de-naissance"),
        ("ACTE NAISSENCE", "acte-de-naissance"),
        ("papier de naissance", "acte-de-naissance"),
        ("je veux un extrait d’acte de naissance pour mon enfant", "acte-de-naissance"),
        ("certificat de residence", "certificat-de-residence"),
        ("certifica residance", "certificat-de-residence"),
        ("jugement supletif", "transcription-de-jugement-suppletif"),
        ("se marier", "mariage"),
        ("enterement", "permis-d-inhumer"),
        ("permis construire", "permis-de-construire"),
        ("legalisation", "legalisation-de-signature"),
        ("celibat", "certificat-de-celibat"),
        ("birth certificate", "acte-de-naissance"),
        ("marche dantokpa", "place-de-marche"),
    ],
)
def test_what_people_type_finds_the_service_first(typed, slug):
    found = list(Service.objects.published().search(typed).values_list("slug", flat=True)[:3])
    assert slug in found, found
    assert found[0] == slug, found


def test_words_that_mean_nothing_here_find_nothing():
    assert not Service.objects.search("xylophone quantique").exists()


def test_a_search_of_empty_words_keeps_the_whole_list():
    assert Service.objects.search("je veux le").count() == Service.objects.count()


def test_only_six_words_of_a_long_search_count():
    assert len(words_of("mot " * 500)) == 6
    assert list(Service.objects.search("%_'\"; drop table " + "é" * 5000)) == []
