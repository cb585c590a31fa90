import datetime

import pytest
from django.db import IntegrityError, transaction

from cotonou.territory import reference
from cotonou.territory.models import Arrondissement, Holiday, Quartier

pytestmark = pytest.mark.django_db


def test_the_city_has_13_arrondissements_and_164_quartiers_each_with_its_source():
    assert list(Arrondissement.objects.values_list("number", flat=True)) == list(range(1, 14))
    assert Quartier.objects.count() == 164
    assert not Arrondissement.objects.filter(source="").exists()
    assert not Quartier.objects.filter(source="").exists()


def test_loading_the_territory_again_changes_nothing():
    before = list(Quartier.objects.order_by("pk").values())
    reference.load_territory(Arrondissement, Quartier)
    assert list(Quartier.objects.order_by("pk").values()) == before


def test_a_name_may_repeat_between_arrondissements_but_not_within_one():
    first = Quartier.objects.first()
    other = Arrondissement.objects.exclude(pk=first.arrondissement_id).first()
    Quartier.objects.create(arrondissement=other, name=first.name + " (essai)", source="essai")
    with pytest.raises(IntegrityError), transaction.atomic():
        Quartier.objects.create(arrondissement=first.arrondissement, name=first.name, source="essai")


def test_holidays_are_those_of_benin_and_islamic_dates_are_marked_as_estimates():
    Holiday.objects.all().delete()
    added = reference.load_holidays(Holiday, years=range(2026, 2027))
    assert added == Holiday.objects.count() > 10
    assert Holiday.objects.filter(day=datetime.date(2026, 8, 1), estimated=False).exists()  # national day
    assert Holiday.objects.filter(estimated=True).exists()


def test_a_date_that_staff_corrected_stays_corrected():
    day = datetime.date(2026, 8, 1)
    Holiday.objects.filter(day=day).update(name="Fête nationale, corrigée")
    assert reference.load_holidays(Holiday, years=range(2026, 2027)) == 0
    assert Holiday.objects.get(day=day).name == "Fête nationale, corrigée"
