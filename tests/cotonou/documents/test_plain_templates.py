import pytest
from django.db import IntegrityError, transaction

from cotonou.core.errors import DomainError
from cotonou.documents import plain_templates, services
from cotonou.documents.models import TemplateVersion
from cotonou.documents.plain_templates import MissingValueError, TemplateRefusedError
from tests.cotonou.documents import papers


def render(source, **values):
    return str(plain_templates.render(source, values))


def test_values_are_escaped():
    assert render("{{ name }}", name="<img src=file:///etc/passwd>") == "&lt;img src=file:///etc/passwd&gt;"


@pytest.mark.parametrize(
    "source",
    [
        "{% load i18n %}",
        "{% include 'base.html' %}",
        "{% extends 'layout/base.html' %}",
        "{% autoescape off %}{{ x }}{% endautoescape %}",
        "{% debug %}",
        "{% url 'x' %}",
        "{% now 'Y' %}",
        "{% csrf_token %}",
        "{% with y=x %}{% endwith %}",
        "{{ x|safe }}",
        "{{ x|add:1 }}",
        "{{ x.__class__ }}",
        "{{ x._meta }}",
        "{{ x",
        "{% if x %}",
    ],
)
def test_the_sandbox_knows_few_words(source):
    if source == "{{ x":  # plain text for Django too
        assert render(source) == "{{ x"
        return
    with pytest.raises(TemplateRefusedError):
        plain_templates.check_source(source, variables={"x"})


@pytest.mark.parametrize("path", ["x.upper", "x.format", "y.items", "y.clear", "z.append", "z.9", "y.absent"])
def test_only_keys_and_positions_can_be_reached(path):
    with pytest.raises(MissingValueError):
        render("{{ " + path + " }}", x="text", y={"key": 1}, z=[1])


def test_keys_named_like_methods_are_still_keys():
    assert render("{{ y.title }} {{ y.items.0 }}", y={"title": "chef", "items": ["un"]}) == "chef un"


def test_objects_cannot_be_handed_to_a_template():
    class Loose:
        secret = "x"

    with pytest.raises(MissingValueError):
        render("{{ x.secret }}", x=Loose())


def test_undeclared_names_are_refused_and_loop_names_are_not():
    plain_templates.check_source(
        "{% for a, b in rows %}{{ a }}{{ forloop.counter }}{% endfor %}", variables={"rows"}
    )
    with pytest.raises(TemplateRefusedError, match="not declared: settings"):
        plain_templates.check_source("{{ settings.SECRET_KEY }}", variables={"rows"})
    with pytest.raises(TemplateRefusedError, match="not declared: other"):
        plain_templates.check_source("{{ rows|or:other }}", variables={"rows"})


def test_letters_dates_and_amounts():
    assert render("{{ d|date_letters }}", d="2026-11-24") == "le vingt-quatre novembre deux mille vingt-six"
    assert render("{{ d|date_letters }}", d="1994-08-01") == (
        "le premier août mille neuf cent quatre-vingt-quatorze"
    )
    assert render("{{ d|date_letters }}|{{ d|date_short }}", d="") == "|"
    assert render("{{ t|time_letters }}", t="21:01") == "vingt et une heures une minute"
    assert render("{{ t|time_letters }}", t="00:00") == "zéro heure"
    assert render("{{ t|time_letters }}", t="vers 16 h 53") == "vers 16 h 53"  # as old registers write
    assert render("{{ a|xof_letters }}", a=2000) == "deux mille francs CFA"
    assert render('{{ m|or:"Néant" }}', m="") == "Néant"
    assert render("{{ m|paragraphs }}", m="un\n<b>deux") == "<p>un</p><p>&lt;b&gt;deux</p>"


@pytest.mark.django_db
def test_publishing_the_same_text_twice_adds_nothing():
    first = papers.template()
    assert papers.template() == first
    second = papers.template(source=papers.BODY + "<p>Fin</p>")
    assert (second.number, TemplateVersion.objects.filter(template__kind=papers.KIND).count()) == (2, 2)
    assert services.template_for(papers.KIND) == second


@pytest.mark.django_db
def test_a_document_without_a_template_in_force_says_whom_to_tell():
    with pytest.raises(DomainError, match="responsable des démarches"):
        services.template_for("tests.nothing")


@pytest.mark.django_db
def test_the_database_refuses_to_change_or_delete_a_published_template():
    version = papers.template()
    for change in (
        lambda rows: rows.update(source="autre chose"),
        lambda rows: rows.update(css=""),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(IntegrityError, match="published template"), transaction.atomic():
            change(TemplateVersion.objects.filter(pk=version.pk))
    TemplateVersion.objects.filter(pk=version.pk).update(ends_on="2027-01-01")  # retiring is allowed
