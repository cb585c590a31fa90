import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from cotonou.accounts.actors import SYSTEM
from cotonou.audit.models import Event
from cotonou.formbuilder import services
from cotonou.formbuilder.models import FormVersion
from tests.cotonou.formbuilder.samples import one_field, publish, sample

pytestmark = pytest.mark.django_db
OTHER = one_field(id="a", type="text", label="A")


def test_publishing_numbers_the_versions_and_leaves_a_trace():
    first = services.publish(slug="fiche", content=sample(), by=SYSTEM)
    second = services.publish(slug="fiche", content=OTHER, by=SYSTEM)
    assert (first.number, second.number) == (1, 2)
    assert services.current("fiche") == second
    assert Event.objects.filter(action="formbuilder.published").count() == 2


def test_publishing_the_same_document_changes_nothing():
    first = services.publish(slug="fiche", content=sample(), by=SYSTEM)
    assert services.publish(slug="fiche", content=sample(), by=SYSTEM) == first
    back = services.publish(slug="fiche", content=OTHER, by=SYSTEM)
    again = services.publish(slug="fiche", content=sample(), by=SYSTEM)
    assert (back.number, again.number) == (2, 3)


def test_a_faulty_definition_is_refused_whole():
    with pytest.raises(services.BadDefinitionError) as refused:
        services.publish(slug="fiche", content={"title": "T", "pages": []}, by=SYSTEM)
    assert refused.value.problems[0].path == "pages"
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda version: FormVersion.objects.filter(pk=version.pk).update(content={}),
        lambda version: FormVersion.objects.filter(pk=version.pk).update(published_at=None),
        lambda version: FormVersion.objects.filter(pk=version.pk).delete(),
        lambda version: version.save(),
    ],
)
def test_the_database_refuses_any_change_of_a_published_version(change):
    version = publish()
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        change(version)


def test_there_is_one_version_in_the_making_and_publishing_replaces_it():
    services.publish(slug="fiche", content=sample(), by=SYSTEM)
    making = services.save_in_the_making(slug="fiche", content=OTHER, by=SYSTEM)
    again = services.save_in_the_making(slug="fiche", content=sample(title="Autre"), by=SYSTEM)
    assert (making.pk, making.number) == (again.pk, 2)
    assert services.current("fiche").number == 1
    assert again.form.title == "Autre"
    published = services.publish(slug="fiche", content=OTHER, by=SYSTEM)
    assert published.number == 2
    assert not FormVersion.objects.filter(published_at=None).exists()


def test_a_form_nobody_published_is_not_in_force():
    with pytest.raises(FormVersion.DoesNotExist):
        services.current("fiche")


def test_a_published_form_is_parsed_once():
    assert publish().form is FormVersion.objects.get().form
